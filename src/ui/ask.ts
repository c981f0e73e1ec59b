import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { ConvecthubError } from '../errors.ts'
import { Secret } from '../secret.ts'

/** Asks for a secret without showing it; from a pipe it is the first line. Error: NO_ANSWER at the end of input. */
export async function askSecret(question: string): Promise<Secret> {
  process.stderr.write(question)
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const answer = await readLine(silent)
  process.stderr.write('\n')
  return new Secret(answer)
}

/** Asks for a line of text. Error: NO_ANSWER at the end of input. */
export async function ask(question: string): Promise<string> {
  process.stderr.write(question)
  return readLine(process.stderr)
}

function readLine(echo: NodeJS.WritableStream): Promise<string> {
  const terminal = process.stdin.isTTY === true
  const lines = createInterface({ input: process.stdin, output: echo, terminal })
  return new Promise((resolve, reject) => {
    lines.once('line', (line) => {
      resolve(line)
      lines.close()
    })
    lines.once('SIGINT', () => lines.close())
    lines.once('close', () =>
      reject(
        new ConvecthubError('NO_ANSWER', 'usage', 'the question was not answered', {
          hint: 'answer it, or give the value by an option',
        }),
      ),
    )
  })
}
