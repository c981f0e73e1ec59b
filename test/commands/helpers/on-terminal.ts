import { spawn } from 'node:child_process'
import type { BuiltCli } from './built-cli.ts'

/** An answer to type each time that the question is shown. The regex needs the flag `g`. */
export interface Typed {
  question: RegExp
  answer: (shown: string) => string
}

/**
 * Runs the command line on a new terminal, wide enough for a line of any length, after the shell command `before`.
 * Returns exit code and output.
 */
export function onTerminal(
  { folder, program }: BuiltCli,
  args: readonly string[],
  { before = ':', typed = [] }: { before?: string; typed?: readonly Typed[] } = {},
): Promise<{ code: number | null; shown: string }> {
  const command = `stty cols 1000; ${before}; exec "$NODE" "$PROGRAM" ${args.join(' ')}`
  const child = spawn('script', ['-qec', command, '/dev/null'], {
    cwd: folder,
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      TERM: 'xterm',
      NODE: process.execPath,
      PROGRAM: program,
    },
    stdio: ['pipe', 'pipe', 'ignore'],
    timeout: 25_000,
    killSignal: 'SIGKILL',
  })
  let shown = ''
  const answered = typed.map(() => 0)
  child.stdout.on('data', (chunk: Buffer) => {
    if (shown.length < 1e6) shown += chunk
    for (const [i, { question, answer }] of typed.entries()) {
      const asked = shown.match(question)?.length ?? 0
      if (asked <= (answered[i] ?? 0)) continue
      answered[i] = asked
      child.stdin.write(answer(shown))
    }
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, shown })))
}
