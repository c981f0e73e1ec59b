import { type CommandOptions, type CommandResult, runCommand } from '../artifacts/run-command.ts'
import { ConvecthubError } from '../errors.ts'

/** Label on every container, network and volume of a lab; its value is the lab's id. */
export const LAB_LABEL = 'convecthub.lab'

/** Runs the docker client. The caller checks the exit code. */
export function tryDocker(args: readonly string[], options?: CommandOptions): Promise<CommandResult> {
  return runCommand('docker', args, options)
}

/** Runs the docker client and returns its trimmed stdout. Error: LAB_DOCKER with docker's output. */
export async function docker(args: readonly string[], options?: CommandOptions): Promise<string> {
  const result = await tryDocker(args, options)
  if (result.code === 0) return result.stdout.trim()
  throw new ConvecthubError('LAB_DOCKER', `docker ${args[0]} failed (exit ${result.code})`, {
    evidence: lines(`${result.stdout}\n${result.stderr}`).slice(-15).join('\n'),
    hint: 'run the same command again: it continues; `docker info` shows whether the engine is well',
  })
}

/** The ids of all Docker objects of one kind that have the lab's label. */
export async function labObjects(kind: 'container' | 'network' | 'volume', labId: string): Promise<string[]> {
  const all = kind === 'container' ? ['--all'] : []
  const out = await docker([kind, 'ls', ...all, '--quiet', '--filter', `label=${LAB_LABEL}=${labId}`])
  return lines(out)
}

/** The non-empty lines of a text. */
export function lines(text: string): string[] {
  return text.split('\n').filter((line) => line !== '')
}
