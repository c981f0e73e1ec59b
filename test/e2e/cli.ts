import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const PROGRAM = fileURLToPath(new URL('../../bin/convecthub.cjs', import.meta.url))

export interface CliResult {
  code: number | null
  stdout: string
  stderr: string
}

export interface CliOptions {
  cwd: string
  input?: string
  /** Called with each line of stdout while the program runs. */
  onLine?: (line: string, child: ChildProcess) => void
  env?: Record<string, string>
}

/** Runs the real command line in the folder `cwd`, with its output in pipes. */
export function cli(
  args: readonly string[],
  { cwd, input = '', onLine, env }: CliOptions,
): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [PROGRAM, ...args], {
      cwd,
      env: { ...process.env, NO_COLOR: '1', ...env },
    })
    const result: CliResult = { code: null, stdout: '', stderr: '' }
    let rest = ''
    child.stdout.on('data', (chunk: Buffer) => {
      result.stdout += chunk
      const lines = (rest + chunk).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) onLine?.(line, child)
    })
    child.stderr.on('data', (chunk: Buffer) => {
      result.stderr += chunk
    })
    child.on('error', reject)
    child.on('close', (code) => resolve({ ...result, code }))
    child.stdin.end(input)
  })
}
