import { createConnection, createServer } from 'node:net'
import { atEnd } from './clean-up.js'

/** Opens a loopback port that forwards to `port` with a delay of `ms` in each direction. Returns its number. */
export async function delayProxy(port, ms) {
  const server = createServer({ noDelay: true }, (near) => {
    const far = createConnection({ port, host: '127.0.0.1', noDelay: true })
    pass(near, far, ms)
    pass(far, near, ms)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  server.unref()
  atEnd(() => server.close())
  return server.address().port
}

/** Forwards data with a delay. Timers of equal length fire in order, so the order of bytes is kept. */
function pass(from, to, ms) {
  from.on('data', (chunk) => setTimeout(() => to.destroyed || to.write(chunk), ms))
  from.on('end', () => setTimeout(() => to.destroyed || to.end(), ms))
  from.on('error', () => to.destroy())
}
