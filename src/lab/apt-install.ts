import { type CommandResult, runCommand } from '../artifacts/run-command.ts'

/** Installs a package of this machine's distribution, as root and without questions. Returns how apt-get ended. */
export async function aptInstall(name: string, ...options: readonly string[]): Promise<CommandResult> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  await runCommand('apt-get', ['update'], { timeoutMs: 300_000, env })
  return runCommand('apt-get', ['install', '-y', ...options, name], { timeoutMs: 900_000, env })
}
