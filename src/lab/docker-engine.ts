import { ConvecthubError } from '../errors.ts'
import { tryDocker } from './docker.ts'
import type { Emit } from './emit.ts'
import { installDocker } from './install-docker.ts'

/** Whether the local Docker engine answers; if not, why, with the output of docker. */
export type EngineState =
  | { state: 'up'; version: string }
  | { state: 'no-client' | 'denied' | 'down'; evidence: string }

/** Asks the engine for its version. */
export async function engineState(): Promise<EngineState> {
  const result = await tryDocker(['version', '--format', '{{.Server.Version}}'], { timeoutMs: 20_000 })
  if (result.code === 0) return { state: 'up', version: result.stdout.trim() }
  if (result.code === 127) return { state: 'no-client', evidence: result.stderr }
  const denied = /permission denied/i.test(result.stderr)
  return { state: denied ? 'denied' : 'down', evidence: result.stderr.trim() }
}

/**
 * Checks that a Docker engine answers. When none does and `install` is set, installs and starts one, with its log and
 * pid in `stateDir`. Errors: LAB_NO_DOCKER, LAB_DOCKER_DENIED, LAB_DOCKER_DOWN.
 */
export async function requireEngine(install: boolean, stateDir: string, emit: Emit): Promise<void> {
  let engine = await engineState()
  if (engine.state !== 'up' && engine.state !== 'denied' && install) {
    await installDocker(engine.state === 'no-client', stateDir, emit)
    engine = await engineState()
  }
  if (engine.state !== 'up') throw engineError(engine.state, engine.evidence)
  emit(`Docker engine ${engine.version} answers`)
}

/** The error for an engine that does not answer. Its hint is the command that helps. */
export function engineError(state: 'no-client' | 'denied' | 'down', evidence: string): ConvecthubError {
  const details = (
    {
      'no-client': {
        code: 'LAB_NO_DOCKER',
        message: 'a lab needs Docker, and this machine has no docker command',
        hint: 'on Debian or Ubuntu: `sudo apt-get install docker.io`, or as root `convecthub lab up --install-docker`',
      },
      denied: {
        code: 'LAB_DOCKER_DENIED',
        message: 'the Docker engine does not let this user in',
        hint: 'run convecthub as root, or `sudo usermod -aG docker $USER` and log in again',
      },
      down: {
        code: 'LAB_DOCKER_DOWN',
        message: 'no Docker engine answers on this machine',
        hint: 'start it: `sudo systemctl start docker`; without systemd as root `convecthub lab up --install-docker`',
      },
    } as const
  )[state]
  return new ConvecthubError(details.code, details.message, { hint: details.hint, evidence })
}
