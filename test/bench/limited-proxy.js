import { createConnection, createServer } from 'node:net'
import { atEnd } from './clean-up.js'

/**
 * A link that carries `rate` bytes per second in each direction, for all who use it together. `bytes` counts what it has
 * carried.
 */
export function makeLink(rate) {
  return { there: { rate, due: 0, bytes: 0 }, back: { rate, due: 0, bytes: 0 } }
}

/** Opens a loopback port that forwards to an address over a link. Returns its number. */
export async function limitedProxy({ address, port }, link) {
  const server = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ port, host: address, noDelay: true })
    pass(near, far, link.there)
    pass(far, near, link.back)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  atEnd(() => server.close())
  return server.address().port
}

/** Forwards data and pauses until the bytes so far could have passed the link, and the receiver takes more. */
function pass(from, to, way) {
  let waits = 0
  const wait = (ready) => {
    waits += 1
    from.pause()
    ready(() => {
      waits -= 1
      if (waits === 0) from.resume()
    })
  }
  from.on('data', (chunk) => {
    const now = performance.now()
    way.bytes += chunk.length
    way.due = Math.max(way.due, now) + (chunk.length / way.rate) * 1000
    if (!to.write(chunk)) wait((go) => to.once('drain', go))
    // shorter timers would be late by more than they wait
    if (way.due - now > 4) wait((go) => setTimeout(go, way.due - now))
  })
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
}
