import { readSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { ConvecthubError } from '../errors.ts'
import { printable } from '../printable.ts'
import { Secret } from '../secret.ts'

/** How a question is asked. `signal` withdraws it. `instead`: what to use where nobody can answer, such as `--yes`. */
export interface Asking {
  signal?: AbortSignal
  instead?: string
}

/**
 * Asks for a secret without showing it. When stdin is a pipe, reads the next line. During a run, Ctrl-C raises SIGINT as
 * usual. Errors: INTERRUPTED for Ctrl-C at any other time; NO_ANSWER at the end of input, after Ctrl-D, or when the
 * question is withdrawn on a terminal.
 */
export async function askSecret(question: string, asking: Asking = {}): Promise<Secret> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    return new Secret(await readLine(question, silent, asking))
  } finally {
    process.stderr.write('\n')
  }
}

/** Asks for a line of text. Errors: INTERRUPTED and NO_ANSWER, as in askSecret(). */
export async function ask(question: string, asking: Asking = {}): Promise<string> {
  let shown = false
  try {
    const line = await readLine(question, process.stderr, asking)
    shown = isatty(0)
    return line
  } finally {
    // only a terminal has shown the answer with its line end
    if (!shown) process.stderr.write('\n')
  }
}

function readLine(
  question: string,
  echo: NodeJS.WritableStream,
  { signal, instead }: Asking,
): Promise<string> {
  // call it only after the terminal's echo is off, or a fast answer would show the password
  const show = () => process.stderr.write(printable(question))
  if (!isatty(0)) {
    show()
    return readPipe(instead)
  }
  const lines = createInterface({
    input: process.stdin,
    output: echo,
    terminal: true,
    ...(signal && { signal }),
  })
  show()
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('SIGINT', () => {
      const running = process.listenerCount('SIGINT') > 0
      if (!running) reject(stopped())
      lines.close()
      // in raw mode Ctrl-C raises no signal, so raise it here; emit() handles it before the next question is asked
      if (running) process.emit('SIGINT', 'SIGINT')
    })
    lines.once('close', () => reject(noAnswer(instead)))
  })
}

/** Reads one line from a pipe, byte by byte, because the following lines answer the next questions. */
async function readPipe(instead: string | undefined): Promise<string> {
  const line: number[] = []
  const byte = Buffer.alloc(1)
  for (;;) {
    let size: number
    try {
      size = readSync(0, byte)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw noAnswer(instead)
      await sleep(20)
      continue
    }
    if (size === 0 && line.length === 0) throw noAnswer(instead)
    if (size === 0 || byte[0] === 10) return Buffer.from(line).toString('utf8').replace(/\r$/, '')
    line.push(byte[0] ?? 0)
  }
}

/** The error for Ctrl-C before anything was changed: INTERRUPTED. */
export function stopped(): ConvecthubError {
  return new ConvecthubError('INTERRUPTED', 'Stopped; nothing was changed.')
}

function noAnswer(instead?: string): ConvecthubError {
  return new ConvecthubError('NO_ANSWER', 'the question was not answered; nothing was changed', {
    hint: `answer it${instead ? `, or use ${instead}` : ' on a terminal'}`,
  })
}
