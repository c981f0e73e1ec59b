import { readSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import { ConvecthubError } from '../errors.ts'
import { printable } from '../printable.ts'
import { Secret } from '../secret.ts'

/**
 * Asks for a secret without showing it; from a pipe it is the next line. Ctrl-C is the program's, as at any other time.
 * Error: NO_ANSWER at the end of input, or when `signal` calls a question on a terminal off.
 */
export async function askSecret(question: string, signal?: AbortSignal): Promise<Secret> {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  try {
    return new Secret(await readLine(question, silent, signal))
  } finally {
    process.stderr.write('\n')
  }
}

/** Asks for a line of text. Error: as askSecret(). */
export async function ask(question: string, signal?: AbortSignal): Promise<string> {
  return readLine(question, process.stderr, signal)
}

function readLine(question: string, echo: NodeJS.WritableStream, signal?: AbortSignal): Promise<string> {
  // shown only when the terminal echoes nothing any more: who answers at once must not see a password
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
      // the terminal raises no signal meanwhile; it is heard at once, before another question comes
      if (!process.emit('SIGINT', 'SIGINT')) process.kill(process.pid, 'SIGINT')
    })
    lines.once('close', () => reject(noAnswer()))
  })
}

/** A line of a pipe, byte by byte: what stands behind it is the answer to the next question. */
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
