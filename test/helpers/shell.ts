import { spawnSync } from 'node:child_process'

export interface ShellResult {
  code: number | null
  output: string
  errors: string
}

/** Runs a script in a shell on this machine, with empty input. */
export function runShell(script: string, shell: readonly string[] = ['sh']): ShellResult {
  const [program = 'sh', ...args] = shell
  const run = spawnSync(program, [...args, '-c', script], { encoding: 'utf8', input: '', timeout: 20_000 })
  return { code: run.status, output: run.stdout, errors: run.stderr }
}

/** Whether this machine has a program. */
export function isThere(program: string): boolean {
  return runShell(`command -v ${program}`).code === 0
}

/** The shells on this machine that hosts may have as /bin/sh. */
export const SHELLS = [['dash'], ['busybox', 'sh'], ['bash', '--posix']].filter(([program = '']) =>
  isThere(program),
)
