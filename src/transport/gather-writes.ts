import type { Duplex } from 'node:stream'

/**
 * What is written in one turn of the event loop leaves together. ssh2 writes the length, the text and the tag of a
 * packet one by one; each would be a system call here, a packet on the wire and a wake-up there.
 */
export function gatherWrites<Stream extends Duplex>(stream: Stream): Stream {
  const { write } = stream
  let held = false
  stream.write = (...args: unknown[]) => {
    if (!held) {
      held = true
      stream.cork()
      process.nextTick(() => {
        held = false
        stream.uncork()
      })
    }
    return write.apply(stream, args as Parameters<typeof write>)
  }
  return stream
}
