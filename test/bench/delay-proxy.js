import { createConnection, createServer } from 'node:net'
import { atEnd } from './clean-up.js'

/** A port of loopback that leads to another one, and holds back all that passes for `ms`, each way. */
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

/** Timers of one length end in the order in which they began, so that bytes keep theirs. */
function pass(from, to, ms) {
  from.on('data', (chunk) => setTimeout(() => to.destroyed || to.write(chunk), ms))
  from.on('end', () => setTimeout(() => to.destroyed || to.end(), ms))
  from.on('error', () => to.destroy())
}
