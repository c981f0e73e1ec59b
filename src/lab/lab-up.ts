import { existsSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { BUNDLE_LOCK } from '../artifacts/bundle-lock.ts'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { buildImage } from './build-image.ts'
import { readDistribution } from './distribution.ts'
import { docker } from './docker.ts'
import { requireEngine } from './docker-engine.ts'
import type { Emit } from './emit.ts'
import { ORIGIN_LABEL } from './image-recipe.ts'
import { labFolder } from './lab-folder.ts'
import { buildFolder, labIdentity, labPaths } from './lab-identity.ts'
import { ensureNetwork } from './lab-network.ts'
import { makeBundle } from './make-bundle.ts'
import { planMachines } from './plan-machines.ts'
import { prepareMachine } from './prepare-machine.ts'
import { ensureSshKey } from './ssh-key.ts'
import { machineStates, startMachine, waitForSystemd } from './start-machine.ts'
import { writeLabFiles } from './write-lab-files.ts'

export interface LabUpOptions {
  /** The lab's folder. It identifies the lab. */
  stateDir: string
  machines: number
  drivers: number
  installDocker?: boolean
  /** Base image. Default: ubuntu:22.04, or the packages of this machine's distribution if that cannot be pulled. */
  base?: string
  /** Version that the stand-in K3s reports. Default: DEFAULT_K3S_VERSION. */
  k3sVersion?: string
}

/** How many machines to start at the same time. A start needs most of a core, so more would make all slower. */
const AT_A_TIME = 8

/**
 * Starts a lab. Machines that already run are left alone, so a second call completes one that was killed. Errors:
 * FILE_EXISTS for a folder that no lab made, and codes that begin with `LAB_`; those of several machines together.
 */
export async function labUp(options: LabUpOptions, emit: Emit): Promise<void> {
  const lab = labIdentity(options.stateDir)
  // reports wrong counts before anything is created
  planMachines(options.machines, options.drivers, '10.0.0.0/24')
  if (labFolder(lab.stateDir) === 'foreign')
    throw new ConvecthubError('FILE_EXISTS', `${lab.stateDir} is there already, and no lab made it`, {
      hint: `give the lab another name: convecthub lab up --name ${lab.name}2`,
    })
  await requireEngine(options.installDocker ?? false, lab.stateDir, emit)
  await mkdir(lab.stateDir, { recursive: true, mode: 0o700 })
  // the folder contains a key and a token, which must not be committed to git
  await writeFile(join(lab.stateDir, '.gitignore'), '*\n')
  const publicKey = await ensureSshKey(lab.stateDir)
  const image = await buildImage(options.base, buildFolder(lab), emit)
  const subnet = await ensureNetwork(lab, emit)
  const states = await machineStates(lab)
  const machines = planMachines(options.machines, options.drivers, subnet, [...states.keys()])

  const origin = await docker([
    'image',
    'inspect',
    '--format',
    `{{index .Config.Labels "${ORIGIN_LABEL}"}}`,
    image,
  ])
  const distribution = origin === 'debootstrap' ? await readDistribution() : undefined
  let up = 0
  emit(`[0/${machines.length}] starting machines`)
  const limit = pLimit(AT_A_TIME)
  const hostKeys = await all(
    machines.map((machine) =>
      limit(async () => {
        await startMachine(lab, machine, image, states.get(machine.name))
        await waitForSystemd(lab, machine)
        const line = await prepareMachine(lab, machine, publicKey, distribution)
        emit(`[${++up}/${machines.length}] ${machine.name}: systemd and sshd are up`)
        return line
      }),
    ),
  )

  if (await writeLabFiles(lab.stateDir, machines, hostKeys)) emit(`wrote ${labPaths(lab.stateDir).inventory}`)
  const bundle = labPaths(lab.stateDir).bundle
  if (!existsSync(join(bundle, BUNDLE_LOCK))) await makeBundle(bundle, options.k3sVersion, emit)
}

/** Waits for all promises even when one fails, so that nothing continues in the background. */
async function all<T>(promises: readonly Promise<T>[]): Promise<T[]> {
  const results = await Promise.allSettled(promises)
  const failed = results.filter((result) => result.status === 'rejected').map((result) => result.reason)
  if (failed.length === 1) throw failed[0]
  if (failed.length > 1) throw new ConvecthubErrors(failed as ConvecthubError[])
  return results.map((result) => (result as PromiseFulfilledResult<T>).value)
}
