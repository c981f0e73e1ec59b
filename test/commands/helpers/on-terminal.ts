import { spawn } from 'node:child_process'
import type { BuiltCli } from './built-cli.ts'

/** What is typed each time that a question comes which fits; `g` in its flags. */
export interface Typed {
  question: RegExp
  answer: (shown: string) => string
}

/** Runs the command line on a terminal of its own, made ready by the shell words of `before`: its exit code, and what it showed. */
export function onTerminal(
  { folder, program }: BuiltCli,
  args: readonly string[],
  { before = ':', typed = [] }: { before?: string; typed?: readonly Typed[] } = {},
): Promise<{ code: number | null; shown: string }> {
  const command = `${before}; exec "$NODE" "$PROGRAM" ${args.join(' ')}`
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
