import { execFile } from 'node:child_process'

export interface CommandOptions {
  /** Text for stdin. Default: empty. */
  input?: string
  /** Milliseconds until the command is killed. Default: 60 s. */
  timeoutMs?: number
  /** Milliseconds until the command is killed if it has printed nothing by then. */
  firstOutputMs?: number
  env?: NodeJS.ProcessEnv
}

export interface CommandResult {
  /** Exit code. 127 when the program does not exist, 124 when it timed out. */
  code: number
  stdout: string
  stderr: string
}

/** Runs a local program without a shell. Never throws: the caller checks the exit code. */
export function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const { input, timeoutMs = 60_000, firstOutputMs, env } = options
  return new Promise((resolve) => {
    let tooSlow = false
    const kill = () => {
      tooSlow = true
      child.kill('SIGKILL')
    }
    const child = execFile(
      file,
      [...args],
      { maxBuffer: 64 * 1024 * 1024, encoding: 'utf8', ...(env && { env }) },
      (error, stdout, stderr) => {
        clearTimeout(whole)
        clearTimeout(first)
        if (tooSlow) return resolve({ code: 124, stdout, stderr: `${stderr}\n${file} took too long`.trim() })
        const code = error?.code
        if (code === 'ENOENT') return resolve({ code: 127, stdout, stderr: `${file}: not found` })
        resolve({ code: error ? (typeof code === 'number' ? code : 1) : 0, stdout, stderr })
      },
    )
    const whole = setTimeout(kill, timeoutMs)
    const first = firstOutputMs === undefined ? undefined : setTimeout(kill, firstOutputMs)
    child.stdout?.once('data', () => clearTimeout(first))
    // ignore EPIPE from a program that ends without reading its stdin
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input ?? '')
  })
}
