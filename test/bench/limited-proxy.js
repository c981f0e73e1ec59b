import { createConnection, createServer } from 'node:net'
import { atEnd } from './clean-up.js'

/** Opens a loopback port that forwards to `port`, in each direction at most `rate` bytes per second. Returns its number. */
export async function limitedProxy(port, rate) {
  const server = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ port, host: '127.0.0.1', noDelay: true })
    pass(near, far, rate)
    pass(far, near, rate)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  atEnd(() => server.close())
  return server.address().port
}

/** Forwards data and pauses until the bytes so far could have passed a link of this rate, and the receiver takes more. */
function pass(from, to, rate) {
  let due = 0
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
    due = Math.max(due, now) + (chunk.length / rate) * 1000
    if (!to.write(chunk)) wait((go) => to.once('drain', go))
    // shorter timers would be late by more than they wait
    if (due - now > 4) wait((go) => setTimeout(go, due - now))
  })
  from.on('end', () => to.end())
  from.on('error', () => to.destroy())
}
