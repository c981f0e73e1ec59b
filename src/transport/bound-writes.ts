import type { Duplex } from 'node:stream'

/** The most data that may wait to be sent, bytes. Ten uploads through one jump host need a third of it. */
const MOST_BYTES = 64 * 1024 * 1024

/** The most writes that may wait: many small ones cost far more memory and time than their bytes suggest. */
const MOST_WRITES = 50_000

/**
 * Calls `onOverflow` once when the other side makes us send more and more but reads nothing. Needed because ssh2 writes
 * without regard to backpressure.
 */
export function boundWrites<Stream extends Duplex>(stream: Stream, onOverflow: () => void): Stream {
  const write: (this: Duplex, chunk: unknown, taken: () => void) => boolean = stream.write
  let waiting = 0
  let reported = false
  const taken = () => {
    waiting -= 1
  }
  stream.write = (chunk: unknown) => {
    waiting += 1
    if (!reported && (waiting > MOST_WRITES || stream.writableLength > MOST_BYTES)) {
      reported = true
      // not in the middle of ssh2's write
      setImmediate(onOverflow)
    }
    return write.call(stream, chunk, taken)
  }
  return stream
}
