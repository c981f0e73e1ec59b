import { readSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { ConvecthubError } from '../errors.ts'
import { printable } from '../printable.ts'
import { Secret } from '../secret.ts'

/**
 * Asks for a secret without showing it. When stdin is a pipe, reads the next line. Ctrl-C raises SIGINT as usual.
 * Error: NO_ANSWER at the end of input, or when `signal` cancels a question on a terminal.
 */
export async function askSecret(question: string, signal?: AbortSignal): Promise<Secret> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    return new Secret(await readLine(question, silent, signal))
  } finally {
    process.stderr.write('\n')
  }
}

/** Asks for a line of text. Error: NO_ANSWER, as in askSecret(). */
export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  return readLine(question, process.stderr, signal)
}

function readLine(question: string, echo: NodeJS.WritableStream, signal?: AbortSignal): Promise<string> {
  // call it only after the terminal's echo is off, or a fast answer would show the password
  const show = () => process.stderr.write(printable(question))
  if (!isatty(0)) {
    show()
    return readPipe()
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
      lines.close()
      // in raw mode Ctrl-C raises no signal, so raise it here; emit() handles it before the next question is asked
      if (!process.emit('SIGINT', 'SIGINT')) process.kill(process.pid, 'SIGINT')
    })
    lines.once('close', () => reject(noAnswer()))
  })
}

/** Reads one line from a pipe, byte by byte, because the following lines answer the next questions. */
async function readPipe(): Promise<string> {
  const line: number[] = []
  const byte = Buffer.alloc(1)
  for (;;) {
    let size: number
    try {
      size = readSync(0, byte)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw noAnswer()
      await sleep(20)
      continue
    }
    if (size === 0 && line.length === 0) {
      process.stderr.write('\n')
      throw noAnswer()
    }
    if (size === 0 || byte[0] === 10) return Buffer.from(line).toString('utf8').replace(/\r$/, '')
    line.push(byte[0] ?? 0)
  }
}

function noAnswer(): ConvecthubError {
  return new ConvecthubError('NO_ANSWER', 'the question was not answered', {
    hint: 'answer it, or give the value by an option',
  })
}
