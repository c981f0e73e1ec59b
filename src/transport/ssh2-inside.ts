import { createPrivateKey, createSecretKey, type KeyObject } from 'node:crypto'
import type { AuthenticationType, Client, ParsedKey } from 'ssh2'
// @ts-expect-error: its lists have no typings
import constants from 'ssh2/lib/protocol/constants.js'
// @ts-expect-error: nor has this one
import { sendPacket } from 'ssh2/lib/protocol/utils.js'
import { CERTIFIED, certificateOf, withoutCertificate } from './host-certificate.ts'

// ssh2 offers only what it knows; what it does not know of certificates is done by takeCertificates and proveByKey
constants.SUPPORTED_SERVER_HOST_KEY.push(...CERTIFIED.map(certificateOf))

/** What ssh2 can do with the OpenSSL that node has here. */
export const SUPPORTED: Readonly<Record<'cipher' | 'kex' | 'hmac' | 'serverHostKey', readonly string[]>> = {
  cipher: constants.SUPPORTED_CIPHER,
  kex: constants.SUPPORTED_KEX,
  hmac: constants.SUPPORTED_MAC,
  serverHostKey: constants.SUPPORTED_SERVER_HOST_KEY,
}

/**
 * ssh2 decodes a private key anew for each signature, which takes longer than to sign: of RSA 4096 that is 3 ms a host.
 * It holds the text in a place that has no name, where node takes a decoded key as well. Throws what node says of a text that it cannot decode.
 */
export function decodeOnce(key: ParsedKey): ParsedKey {
  const inside = key as ParsedKey & Record<symbol, string | KeyObject>
  const text = key.getPrivatePEM()
  const place = Object.getOwnPropertySymbols(inside).find((each) => inside[each] === text)
  if (place) inside[place] = createPrivateKey(text)
  return key
}

type Writer = { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer }

/**
 * ssh2 has a server prove all host keys that it announces, which costs both sides a signature each; nobody here asks
 * for them. Something is said all the same: until there is a session, sshd leaves Nagle's algorithm on, so its next
 * packet, which says that there is one, waits for the acknowledgement of this one, and that for 40 ms unless data takes
 * it along. SSH_MSG_IGNORE is data that means nothing (RFC 4253 §11.2). There is no option for it: where its inside
 * looks otherwise, it goes on proving.
 */
export function ignoreHostKeyOffers(client: Client): void {
  type Inside = { _handlers?: { GLOBAL_REQUEST?: Handler }; _packetRW?: { write: Writer } }
  type Handler = (protocol: Inside, name: string, ...rest: unknown[]) => void
  const handlers = (client as Client & { _protocol?: Inside })._protocol?._handlers
  const answer = handlers?.GLOBAL_REQUEST
  if (!handlers || !answer) return
  handlers.GLOBAL_REQUEST = (protocol, name, ...rest) => {
    // new keys bring a new one
    const writer = protocol._packetRW?.write
    if (!writer || name !== 'hostkeys-00@openssh.com') return answer(protocol, name, ...rest)
    const packet = writer.alloc(NOTHING.length)
    packet.set(NOTHING, writer.allocStart)
    sendPacket(protocol, writer.finalize(packet))
  }
}

/** What a host answers to attempts to log in. */
export interface Answers {
  answer(): void
  refusal(left: readonly AuthenticationType[], partial: boolean): void
}

/**
 * ssh2 tells the answers to an attempt, but not of keys that an agent holds, nor that the host looked at one and closed.
 * Where its inside looks otherwise, a login that is closed counts as dropped, and a second factor behind such a key
 * is not found.
 */
export function hearAnswers(client: Client, tried: Answers): void {
  type Refusal = (protocol: unknown, left: AuthenticationType[], partial: boolean) => void
  type Other = (...rest: unknown[]) => void
  type Handlers = Partial<Record<(typeof OTHER_ANSWERS)[number], Other>> & { USERAUTH_FAILURE?: Refusal }
  const handlers = (client as Client & { _protocol?: { _handlers?: Handlers } })._protocol?._handlers
  const refused = handlers?.USERAUTH_FAILURE
  if (!handlers || !refused) return
  handlers.USERAUTH_FAILURE = (protocol, left, partial) => {
    tried.refusal(left, partial)
    refused(protocol, left, partial)
  }
  for (const name of OTHER_ANSWERS) {
    const answered = handlers[name]
    handlers[name] = (...rest) => {
      tried.answer()
      answered?.(...rest)
    }
  }
}

const OTHER_ANSWERS = ['USERAUTH_PK_OK', 'USERAUTH_INFO_REQUEST', 'USERAUTH_PASSWD_CHANGEREQ'] as const

/** The least size of a packet that a channel has to take; RFC 4254 has no lower limit, OpenSSH's is 32 KiB, bytes. */
const LEAST_PACKET = 1024

/**
 * ssh2 cuts what it sends into packets of the size that the host wants: of 0 bytes without end, of 1 byte for minutes.
 * `end` is told of a host that wants such; it has to end the link. Where its inside looks otherwise, it is not asked.
 */
export function boundPackets(client: Client, end: (why: string) => void): void {
  type Opened = (protocol: unknown, info: { packetSize: number }) => void
  type Inside = { _handlers?: { CHANNEL_OPEN_CONFIRMATION?: Opened } }
  const handlers = (client as Client & { _protocol?: Inside })._protocol?._handlers
  const opened = handlers?.CHANNEL_OPEN_CONFIRMATION
  if (!opened) return
  handlers.CHANNEL_OPEN_CONFIRMATION = (protocol, info) => {
    if (info.packetSize < LEAST_PACKET) end(`the host wants packets of ${info.packetSize} bytes`)
    else opened(protocol, info)
  }
}

/** SSH_MSG_IGNORE with an empty string. */
const NOTHING = [constants.MESSAGE.IGNORE, 0, 0, 0, 0]

type Inside = Client & { _protocol?: { _cipher?: Cipher; _decipher?: { _decipherKey?: SecretKey } } }
type Cipher = { _encKey?: SecretKey; _encIV?: Buffer; allocPacket(length: number): Buffer }
type SecretKey = Buffer | KeyObject

/**
 * ssh2 gives node the key of AES-GCM as bytes, for each packet anew. Node 24 takes longer to find out that they are no
 * other kind of key than to encrypt the packet; a KeyObject it knows. Where its inside looks otherwise, ssh2 goes on as
 * it does.
 */
export function nameKeys(client: Client): void {
  const { _cipher: cipher, _decipher: decipher } = (client as Inside)._protocol ?? {}
  if (Buffer.isBuffer(cipher?._encKey)) cipher._encKey = createSecretKey(cipher._encKey)
  if (Buffer.isBuffer(decipher?._decipherKey)) decipher._decipherKey = createSecretKey(decipher._decipherKey)
}

/** From this payload on a packet holds data, of which many of one size follow each other, bytes. */
const LARGE = 16 * 1024

/**
 * ssh2 makes each packet in memory of its own and fills its padding anew; a file of 500 MB is 16,000 of them, which
 * costs a seventh of our time. It is done with a packet's text once that is encrypted, into other memory, so the next one
 * of the same size may use it again. Padding is sent encrypted and is there for its length: it may stay as it is
 * (RFC 4253 §6 has it "should" be random, which it was). Where its inside looks otherwise, ssh2 goes on as it does.
 */
export function reusePackets(client: Client): void {
  const cipher = (client as Inside)._protocol?._cipher
  // AES-GCM by node; ssh2's own binding encrypts in place
  if (!cipher?._encKey || !cipher._encIV) return
  const make = cipher.allocPacket.bind(cipher)
  const last = { length: 0, packet: Buffer.alloc(0) }
  cipher.allocPacket = (length) => {
    if (length < LARGE) return make(length)
    if (length !== last.length) Object.assign(last, { length, packet: make(length) })
    return last.packet
  }
}

type Exchange = { _hostKey: Buffer; negotiated: { serverHostKey: string; signsBy?: string } }
type WithExchange = Client & { _protocol?: { _kex?: Exchange | undefined } }

/**
 * A certificate of an RSA key goes by another name than the algorithms that the host may sign by (RFC 8332 §3), and
 * ssh2 wants them to be the same: so it is told the certificate's as soon as the two sides have agreed, and by
 * proveByKey how the host signs. Where its inside looks otherwise, the login fails.
 */
export function takeCertificates(client: Client): void {
  const protocol = (client as WithExchange)._protocol
  let exchange = protocol?._kex
  if (!protocol) return
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set(next?: Exchange) {
      exchange = next
      const signsBy = next && withoutCertificate(next.negotiated.serverHostKey)
      if (!signsBy) return
      next.negotiated.signsBy = signsBy
      if (signsBy.startsWith('rsa-')) next.negotiated.serverHostKey = certificateOf('ssh-rsa')
    },
  })
}

/**
 * A host with a certificate signs by the key in it, and ssh2 would look for that key where the certificate is. It reads
 * the place once for what was signed, which is about the certificate, and from then on for the key. Where its inside
 * looks otherwise, the login fails.
 */
export function proveByKey(client: Client, key: Buffer): void {
  const exchange = (client as WithExchange)._protocol?._kex
  if (!exchange) return
  let next = exchange._hostKey
  exchange.negotiated.serverHostKey = exchange.negotiated.signsBy ?? ''
  Object.defineProperty(exchange, '_hostKey', {
    get() {
      const now = next
      next = key
      return now
    },
    // it is cleared in the end
    set() {},
  })
}
