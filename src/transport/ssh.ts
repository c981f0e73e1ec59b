import { createConnection } from 'node:net'
import ssh2, { type ConnectConfig } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import { hostKeyOrder } from './algorithms.ts'
import { attempts, authHandler, type Tried } from './attempts.ts'
import { boundWrites } from './bound-writes.ts'
import { gatherWrites } from './gather-writes.ts'
import { type ShownKey, shownKey } from './host-certificate.ts'
import { hostKeyPlace, type KnownHosts } from './known-hosts.ts'
import type { Link } from './link.ts'
import {
  brokenCertificate,
  hostKeyError,
  hostKeyWarning,
  type LoginFault,
  loginError,
} from './login-error.ts'
import { exec, forward } from './open-channel.ts'
import type { Shared } from './shared.ts'
import {
  boundPackets,
  ignoreHostKeyOffers,
  nameKeys,
  proveByKey,
  reusePackets,
  takeCertificates,
} from './ssh2-inside.ts'
import type { Target } from './target.ts'
import { openWay } from './way.ts'

/** How long the end of a connection may take, ms. */
const GOODBYE_MS = 2000

/** A login may take that much longer than connecting: name services and PAM modules are slow at times. */
const LOGIN_TIMES = 3

/** What speaks against the key that a host shows; undefined: nothing. */
export type JudgeKey = (target: Target, shown: ShownKey, known: KnownHosts) => ConvecthubError | undefined

/**
 * Logs in by SSH, through jump hosts where the target has them. Errors: those of loginError, hostKeyError, attempts,
 * openWay and Shared.known. `judge` replaces the check of the host key, which is OpenSSH's.
 */
export async function sshConnect(
  target: Target,
  shared: Shared,
  judge: JudgeKey = hostKeyError,
): Promise<Link> {
  const known = shared.known(target)
  const methods = await attempts(target, shared.ring).catch((error) => {
    throw atHost(error, target.host)
  })
  const way = await openWay(target, shared.jumps, (jump) => sshConnect(jump, shared))
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    const tried: Tried = { methods: [], taken: [], question: undefined, withheld: undefined }
    let keyError: ConvecthubError | undefined
    let accepted: Buffer | undefined
    let gone: (error: Error) => void = () => {}
    const ended = new Promise<Error>((done) => {
      gone = done
    })
    const login = { client, host: target.host, ended }
    const fail = (error: LoginFault) => {
      clearTimeout(deadline)
      socket.destroy()
      way.said().then((said) => {
        way.close()
        reject(keyError ?? loginError(target, error, tried, said))
      })
    }
    const late = (what: string, ms: number) =>
      fail(Object.assign(new Error(`${what}: no answer within ${ms / 1000} s`), { level: 'client-timeout' }))
    let deadline = setTimeout(late, target.connectTimeoutMs, 'connect', target.connectTimeoutMs)
    // each time that there are new keys
    client.on('handshake', () => {
      nameKeys(client)
      reusePackets(client)
    })
    client.once('handshake', () => {
      clearTimeout(deadline)
      const ms = target.connectTimeoutMs * LOGIN_TIMES
      deadline = setTimeout(late, ms, 'login', ms)
    })
    client.on('ready', () => {
      clearTimeout(deadline)
      resolve({
        exec: (command, options) => exec(login, command, options),
        forward: (address, port) => forward(login, address, port, target.connectTimeoutMs),
        withheld: tried.withheld,
        ended,
        close() {
          client.end()
          gone(new Error('it was closed'))
          // a dead link takes no goodbye
          setTimeout(() => {
            socket.destroy()
            way.close()
          }, GOODBYE_MS).unref()
        },
      })
    })
    const end = (error: LoginFault) => {
      gone(keyError ?? error)
      fail(error)
    }
    // an agent that does not answer is only one way less
    client.on('error', (error: LoginFault) => error.level !== 'agent' && end(error))
    client.on('close', () => {
      gone(new Error('the other side closed it'))
      way.close()
      fail(new Error('the connection was closed during login'))
    })
    // small frames must not wait for the acknowledgement of the ones before
    const socket = gatherWrites(
      boundWrites(
        way.stream ?? createConnection({ host: target.address, port: target.port, noDelay: true }),
        () => end(new Error('the host takes no answer and goes on asking')),
      ),
    )
    const config: ConnectConfig = {
      sock: socket as never,
      username: target.user,
      readyTimeout: 0,
      keepaliveInterval: target.keepaliveMs,
      keepaliveCountMax: target.keepaliveCount,
      algorithms: {
        ...target.algorithms,
        // a few bytes that unpack to gigabytes would be unpacked before anybody counts them
        compress: ['none'],
        serverHostKey: hostKeyOrder(target.algorithms, known.types(hostKeyPlace(target))),
      } as NonNullable<ConnectConfig['algorithms']>,
      hostVerifier: (blob: Buffer) => {
        const shown = shownKey(blob)
        if (!shown) keyError = brokenCertificate(target)
        // new keys for the session are no new question of whose it is; a certificate may have expired meanwhile
        else if (!accepted?.equals(blob)) {
          keyError = judge(target, shown, known)
          tried.withheld = hostKeyWarning(target, shown, known)
        }
        if (!shown || keyError) return false
        accepted = blob
        if (shown.certificate) proveByKey(client, shown.key)
        return true
      },
      authHandler: authHandler(methods, tried),
    }
    client.connect(config)
    ignoreHostKeyOffers(client)
    boundPackets(client, (why) => end(new Error(why)))
    takeCertificates(client)
  })
}

function atHost(error: unknown, host: string): unknown {
  if (!(error instanceof ConvecthubError)) return error
  return new ConvecthubError(error.code, error.exit, error.message, { ...error.details, host })
}
