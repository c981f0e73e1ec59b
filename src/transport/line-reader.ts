import { StringDecoder } from 'node:string_decoder'

/** A longer line is passed on in pieces, characters, so that a host cannot fill our memory. */
const LONGEST_LINE = 4 * 1024 * 1024

/** The longest question, characters. */
const LONGEST_QUESTION = 1024

/**
 * Splits a stream into lines of UTF-8, without their "\n" or "\r\n". A last line without newline counts as well.
 */
export function eachLine(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
  /** Called after each chunk with the text after the last newline, if short: a question does not end with one. */
  onRest: (rest: string) => void = () => {},
  longest = LONGEST_LINE,
): void {
  const decoder = new StringDecoder('utf8')
  // an array, because concatenating at each chunk would take quadratic time
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
