import type { Duplex } from 'node:stream'

/** What may wait until the other side takes it, bytes: ten uploads through one jump host are a third of it. */
const MOST_BYTES = 64 * 1024 * 1024

/** Writes that may wait: many small answers cost far more memory, and then time, than their bytes tell. */
const MOST_WRITES = 50_000

/**
 * Tells `tooMuch`, once, when the other side makes us say more and more and takes nothing of it. For ssh2, which writes
 * chunks and asks for no word on any.
 */
export function boundWrites<Stream extends Duplex>(stream: Stream, tooMuch: () => void): Stream {
  const write: (this: Duplex, chunk: unknown, taken: () => void) => boolean = stream.write
  let waiting = 0
  let told = false
  const taken = () => {
    waiting -= 1
  }
  stream.write = (chunk: unknown) => {
    waiting += 1
    if (!told && (waiting > MOST_WRITES || stream.writableLength > MOST_BYTES)) {
      told = true
      // not in the middle of what is being said
      setImmediate(tooMuch)
    }
    return write.call(stream, chunk, taken)
  }
  return stream
}
