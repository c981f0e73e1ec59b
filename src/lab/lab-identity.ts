import { createHash } from 'node:crypto'
import { basename, join, resolve } from 'node:path'
import { ConvecthubError } from '../errors.ts'

/** What tells one lab from another: all of it follows from the path of the state folder. */
export interface LabIdentity {
  /** Absolute path of the folder with keys, inventory and bundle. */
  stateDir: string
  name: string
  /** Value of the docker label. */
  id: string
  /** Name of the network, and beginning of the container names. */
  prefix: string
}

/** The lab of a state folder. Error `LAB_NAME` for a path that cannot stand in ssh's options. */
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
  const id = createHash('sha256').update(path).digest('hex').slice(0, 8)
  return { stateDir: path, name, id, prefix: `convecthub-${name}-${id}` }
}

/** Where a lab builds its image: outside the state folder, which may be on a file system without devices. */
export function buildFolder(lab: LabIdentity): string {
  return `/var/tmp/${lab.prefix}`
}

/** The files of a lab's state folder. */
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
