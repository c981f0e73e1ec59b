import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { giveBack } from './give-back.ts'

/** From this size on it is worth to give memory back, bytes. */
const LARGE = 16 * 1024

/**
 * What is written in one turn of the event loop leaves together. ssh2 writes the length, the text and the tag of a
 * packet one by one; each would be a system call here, a packet on the wire and a wake-up there. What a socket has given
 * to the kernel by then is not the caller's any more: a chunk that has memory of its own loses it.
 */
export function gatherWrites<Stream extends Duplex>(stream: Stream): Stream {
  const { write } = stream
  // any other stream may hand a chunk on before it is done with it
  const free = stream instanceof Socket ? giveBack : undefined
  let held = false
  let large: Uint8Array[] = []
  stream.write = (...args: unknown[]) => {
    if (!held) {
      held = true
      stream.cork()
      process.nextTick(() => {
        held = false
        stream.uncork()
        if (stream.writableLength === 0) for (const { buffer } of large) free?.(buffer)
        large = []
      })
    }
    const [chunk] = args
    if (
      free &&
      chunk instanceof Uint8Array &&
      chunk.length >= LARGE &&
      chunk.length === chunk.buffer.byteLength
    )
      large.push(chunk)
    return write.apply(stream, args as Parameters<typeof write>)
  }
  return stream
}
