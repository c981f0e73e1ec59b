import { coloured } from './style.ts'

/** Lines in one piece: each write of its own would wake up whoever reads them. */
export function printLines(lines: readonly string[], stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(lines.map((line) => `${coloured(line)}\n`).join(''))
}
