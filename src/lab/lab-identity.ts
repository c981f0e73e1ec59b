import { basename, join, resolve } from 'node:path'
import { digest } from '../digest.ts'
import { ConvecthubError } from '../errors.ts'

/** The names that identify a lab. All of them are derived from the path of its state folder. */
export interface LabIdentity {
  /** Absolute path of the state folder, with keys, inventory and bundle. */
  stateDir: string
  name: string
  /** Value of the Docker label `LAB_LABEL`. */
  id: string
  /** Name of the network and prefix of container names. */
  prefix: string
}

/** The identity of the lab in a state folder. Error: LAB_NAME for a path that ssh options cannot contain. */
export function labIdentity(stateDir: string): LabIdentity {
  const path = resolve(stateDir)
  const name = basename(path)
  if (!/^[a-z0-9][a-z0-9-]{0,30}$/.test(name))
    throw new ConvecthubError('LAB_NAME', `"${name}" cannot be the name of a lab`, {
      hint: 'use up to 31 lower-case letters, digits and dashes',
    })
  if (/[\s'"\\]/.test(path))
    throw new ConvecthubError('LAB_NAME', `the lab's folder ${path} has a space or quote in its path`, {
      hint: 'ssh cannot take such a path in its options: run the lab in another folder',
    })
  const id = digest(path).slice(0, 8)
  return { stateDir: path, name, id, prefix: `convecthub-${name}-${id}` }
}

/** The folder to build the image in. Not in the state folder, whose file system may not allow device files. */
export function buildFolder(lab: LabIdentity): string {
  return `/var/tmp/${lab.prefix}`
}

/** Paths of the files in a lab's state folder. */
export function labPaths(stateDir: string) {
  return {
    key: join(stateDir, 'id_ed25519'),
    publicKey: join(stateDir, 'id_ed25519.pub'),
    knownHosts: join(stateDir, 'known_hosts'),
    inventory: join(stateDir, 'inv.toml'),
    values: join(stateDir, 'jupyterhub.yaml'),
    bundle: join(stateDir, 'shared', 'bin'),
    enginePid: join(stateDir, 'dockerd.pid'),
    engineLog: join(stateDir, 'dockerd.log'),
  }
}
