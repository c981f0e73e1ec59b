import { StringDecoder } from 'node:string_decoder'

/** A longer line is passed on in pieces, characters: nothing that a host prints may fill our memory. */
const LONGEST_LINE = 4 * 1024 * 1024

/** No question is longer, characters. */
const LONGEST_QUESTION = 1024

/**
 * Splits a stream into lines of UTF-8 without their newline, a terminal's or another; a last line without newline counts at the end.
 */
export function eachLine(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
  /** Told after every chunk what stands behind the last newline, if it is short: a question has none. */
  onRest: (rest: string) => void = () => {},
  longest = LONGEST_LINE,
): void {
  const decoder = new StringDecoder('utf8')
  // in pieces, for joining them at each chunk would take quadratic time
  let rest: string[] = []
  let size = 0
  const flush = (line: string) => {
    const whole = rest.length > 0 ? rest.join('') + line : line
    onLine(whole.endsWith('\r') ? whole.slice(0, -1) : whole)
    rest = []
    size = 0
  }
  stream.on('data', (chunk: Buffer) => {
    const lines = decoder.write(chunk).split('\n')
    const last = lines.pop() ?? ''
    for (const line of lines) flush(line)
    if (last !== '') rest.push(last)
    size += last.length
    if (size > longest) flush('')
    onRest(size > LONGEST_QUESTION ? '' : rest.join(''))
  })
  stream.on('end', () => size > 0 && flush(''))
}
