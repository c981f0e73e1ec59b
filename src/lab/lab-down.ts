import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { ConvecthubError } from '../errors.ts'
import { docker, labObjects, lines, tryDocker } from './docker.ts'
import { engineError, engineState } from './docker-engine.ts'
import type { Emit } from './emit.ts'
import { stopDockerd } from './install-docker.ts'
import { labFolder } from './lab-folder.ts'
import { buildFolder, labIdentity, labPaths } from './lab-identity.ts'
import { removeLabFiles } from './remove-lab-files.ts'

export interface LabDownOptions {
  stateDir: string
  /** Also remove the machines' images that no other lab uses. */
  image?: boolean
}

/**
 * Removes everything of a lab: containers, volumes, network and folder, and stops the Docker engine if the lab started
 * it. Also works on incomplete labs and on labs whose folder is gone. Error: LAB_LEFT with what could not be removed.
 */
export async function labDown(options: LabDownOptions, emit: Emit): Promise<void> {
  const lab = labIdentity(options.stateDir)
  const engine = await engineState()
  if (engine.state === 'up') {
    await removeObjects('container', ['rm', '--force', '--volumes'], lab.id, emit)
    await removeObjects('volume', ['volume', 'rm', '--force'], lab.id, emit)
    await removeObjects('network', ['network', 'rm'], lab.id, emit)
    if (options.image) await removeImages(emit)
    if (labFolder(lab.stateDir) === 'lab' && (await stopDockerd(lab.stateDir)))
      emit('stopped the Docker engine of this lab')
  } else if (engine.state !== 'no-client' && !existsSync(labPaths(lab.stateDir).enginePid)) {
    // without an engine the leftovers cannot be found; goes on only if the lab had started the engine itself
    throw engineError(engine.state, engine.evidence)
  }
  await rm(buildFolder(lab), { recursive: true, force: true })
  const became = await removeLabFiles(lab.stateDir)
  emit(FOLDER[became](lab.stateDir))
}

/** What became of the lab's folder, in words. */
const FOLDER: Readonly<Record<Awaited<ReturnType<typeof removeLabFiles>>, (folder: string) => string>> = {
  absent: (folder) => `there is no folder ${folder}`,
  foreign: (folder) => `left ${folder} alone: no lab made it`,
  kept: (folder) => `kept ${folder}: there is more in it than the lab put there`,
  removed: (folder) => `removed ${folder}`,
}

async function removeObjects(
  kind: 'container' | 'volume' | 'network',
  command: string[],
  labId: string,
  emit: Emit,
): Promise<void> {
  const ids = await labObjects(kind, labId)
  if (ids.length === 0) return
  emit(`removing ${ids.length} ${kind}${ids.length === 1 ? '' : 's'}`)
  const result = await tryDocker([...command, ...ids], { timeoutMs: 180_000 })
  // not decided by the exit code: docker also fails when an object has already disappeared
  const left = await labObjects(kind, labId)
  if (left.length > 0)
    throw new ConvecthubError('LAB_LEFT', `docker could not remove every ${kind} of the lab`, {
      evidence: result.stderr.trim() || left.join('\n'),
      hint: 'run the same command again',
    })
}

async function removeImages(emit: Emit): Promise<void> {
  const tags = lines(await docker(['images', '--format', '{{.Repository}}:{{.Tag}}', 'convecthub-lab']))
  for (const tag of tags) {
    const removed = await tryDocker(['rmi', tag])
    emit(removed.code === 0 ? `removed image ${tag}` : `kept image ${tag}: in use`)
  }
}
