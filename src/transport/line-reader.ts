import { StringDecoder } from 'node:string_decoder'

/** A longer line is passed on in pieces, characters: nothing that a host prints may fill our memory. */
const LONGEST = 4 * 1024 * 1024

/** Splits a stream into lines of UTF-8 without their newline; a last line without newline counts at the end. */
export function eachLine(
  stream: NodeJS.ReadableStream,
  onLine: (line: string) => void,
  /** Told after every chunk what stands behind the last newline: a question has none. */
  onRest: (rest: string) => void = () => {},
): void {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LONGEST) lines.push(rest)
    if (rest.length > LONGEST) rest = ''
    for (const line of lines) onLine(line)
    onRest(rest)
  })
  stream.on('end', () => rest && onLine(rest))
}
