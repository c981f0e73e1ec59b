import { coloured } from './style.ts'

/** Writes lines in a single write, so that the reader is woken up only once. */
export function printLines(lines: readonly string[], stream: NodeJS.WritableStream = process.stdout): void {
  stream.write(lines.map((line) => `${coloured(line)}\n`).join(''))
}
