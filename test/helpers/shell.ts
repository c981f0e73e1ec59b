import { spawnSync } from 'node:child_process'

export interface ShellResult {
  code: number | null
  output: string
  errors: string
}

/** Runs a script by a shell here, its input empty. */
export function runShell(script: string, shell: readonly string[] = ['sh']): ShellResult {
  const [program = 'sh', ...args] = shell
  const run = spawnSync(program, [...args, '-c', script], { encoding: 'utf8', input: '', timeout: 20_000 })
  return { code: run.status, output: run.stdout, errors: run.stderr }
}

/** True when a program can be started here. */
export function isThere(program: string): boolean {
  return runShell(`command -v ${program}`).code === 0
}

/** The shells that hosts may have as /bin/sh, of those that are here. */
export const SHELLS = [['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(([program = '']) =>
  isThere(program),
)
