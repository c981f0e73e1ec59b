import type { AuthenticationType, Client, ClientChannel } from 'ssh2'
// @ts-expect-error: ssh2 has no typings for its lists
import constants from 'ssh2/lib/protocol/constants.js'
import { ConvecthubError } from '../errors.ts'
import { CERTIFIED, certificateOf, withoutCertificate } from './host-certificate.ts'

/**
 * The one file that reaches into private parts of ssh2, which package.json pins to an exact version. ssh2 has no
 * interface for some things that users would miss:
 *
 * - host certificates: it does not know their algorithms, and looks for the host's key in the wrong place;
 * - answers to attempts with keys of an agent: without them, a second factor behind such a key would not be found,
 *   and a host that refuses a login would look like one that dropped it;
 * - what it supports with this node's OpenSSL, and the host's limit for packets, where a tiny one makes it hang.
 *
 * Everything is checked against the shape that it relies on. Where the shape differs, the login fails with
 * SSH2_CHANGED; nothing is skipped silently.
 */

// ssh2 offers only names in its own list; the functions below make the certificate algorithms work
const hostKeys: string[] = constants.SUPPORTED_SERVER_HOST_KEY
hostKeys.push(...CERTIFIED.filter((name) => hostKeys.includes(name)).map(certificateOf))

/** The algorithms that ssh2 supports with the OpenSSL of this node. */
export const SUPPORTED: Readonly<Record<'cipher' | 'kex' | 'hmac' | 'serverHostKey', readonly string[]>> = {
  cipher: constants.SUPPORTED_CIPHER,
  kex: constants.SUPPORTED_KEX,
  hmac: constants.SUPPORTED_MAC,
  serverHostKey: hostKeys,
}

/** The part of ssh2's protocol object that is used here. */
interface Protocol {
  _kex: Exchange | undefined
  _handlers: Handlers
}

/** A key exchange (RFC 4253 §7). */
interface Exchange {
  _hostKey: Buffer
  negotiated: { serverHostKey: string; signsBy?: string }
}

type Refusal = (protocol: unknown, left: AuthenticationType[], partial: boolean) => void
type Handler = (...values: unknown[]) => void
type Handlers = Record<(typeof OTHER_ANSWERS)[number], Handler> & { USERAUTH_FAILURE: Refusal }

/** Messages in which a host answers an attempt other than by refusing it. */
const OTHER_ANSWERS = ['USERAUTH_PK_OK', 'USERAUTH_INFO_REQUEST', 'USERAUTH_PASSWD_CHANGEREQ'] as const

/** Receives a host's answers to login attempts. */
export interface Answers {
  answer(): void
  /** `left`: the methods that may be tried next; `partial`: the attempt was right, and is not enough. */
  refusal(left: readonly AuthenticationType[], partial: boolean): void
}

/** Patches a client after its connect(), before any byte has arrived. Error: SSH2_CHANGED. */
export function patchClient(client: Client, answers: Answers): void {
  const protocol = protocolOf(client)
  passAnswers(protocol._handlers, answers)
  acceptCertificates(protocol)
}

/** Reports the host's answers to `answers`, because ssh2 hides those to keys of an agent. */
function passAnswers(handlers: Handlers, answers: Answers): void {
  const refused = handlers.USERAUTH_FAILURE
  handlers.USERAUTH_FAILURE = (protocol, left, partial) => {
    answers.refusal(left, partial)
    refused(protocol, left, partial)
  }
  for (const name of OTHER_ANSWERS) {
    const answered = handlers[name]
    handlers[name] = (...values) => {
      answers.answer()
      answered(...values)
    }
  }
}

/**
 * The certificate of an RSA key has another name than the algorithms that the host may sign with (RFC 8332 §3). ssh2
 * expects both names to be the same, so it sees the name of the certificate once the algorithms are negotiated, and
 * verifyByKey gives it the one for the signature.
 */
function acceptCertificates(protocol: Protocol): void {
  let exchange = protocol._kex
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set(next: Exchange | undefined) {
      exchange = next
      if (!next) return
      if (typeof next.negotiated?.serverHostKey !== 'string') throw changed('negotiated.serverHostKey')
      const signsBy = withoutCertificate(next.negotiated.serverHostKey)
      if (!signsBy) return
      next.negotiated.signsBy = signsBy
      if (signsBy.startsWith('rsa-')) next.negotiated.serverHostKey = certificateOf('ssh-rsa')
    },
  })
}

/**
 * Makes ssh2 verify the host's signature with the key inside its certificate. ssh2 reads the host key twice: first as
 * part of the signed data, which must be the whole certificate, then as the key to verify with. Error: SSH2_CHANGED.
 */
export function verifyByKey(client: Client, key: Buffer): void {
  const exchange = protocolOf(client)._kex
  const signsBy = exchange?.negotiated.signsBy
  if (!exchange || !Buffer.isBuffer(exchange._hostKey) || !signsBy) throw changed('_kex._hostKey')
  exchange.negotiated.serverHostKey = signsBy
  let next = exchange._hostKey
  Object.defineProperty(exchange, '_hostKey', {
    get() {
      const now = next
      next = key
      return now
    },
    // ssh2 clears the field at the end
    set() {},
  })
}

/** The host's limit for a packet, bytes. Error: SSH2_CHANGED. */
export function packetSize(channel: ClientChannel): number {
  const { packetSize: size }: { packetSize?: unknown } = Object(Reflect.get(channel, 'outgoing'))
  if (typeof size !== 'number') throw changed('outgoing.packetSize')
  return size
}

function protocolOf(client: Client): Protocol {
  const protocol: Partial<Protocol> | undefined = Reflect.get(client, '_protocol')
  if (!protocol || !('_kex' in protocol)) throw changed('_protocol._kex')
  const { _handlers: handlers } = protocol
  if (!['USERAUTH_FAILURE', ...OTHER_ANSWERS].every((name) => typeof Object(handlers)[name] === 'function'))
    throw changed('_protocol._handlers')
  return protocol as Protocol
}

function changed(part: string): ConvecthubError {
  return new ConvecthubError(
    'SSH2_CHANGED',
    `the SSH library is not the version that this was written for: ${part}`,
    {
      hint: 'host certificates and answers of the host cannot be checked with it: install convecthub as it was published',
    },
  )
}
