import type { Readable } from 'node:stream'

/** What is kept of it, bytes: no host has lists of this length. */
const MOST = 32 * 1024

/** No words are longer, bytes. */
const LONGEST = 2048

/** What a host says before anything is encrypted. */
export interface Opening {
  /** The lines before that of its SSH version: there sshd says why it lets nobody in, and others what they are. */
  words(): string
  /** The names in its offer of algorithms; undefined where it made none that can be read. */
  lists(): HostLists | undefined
  /** The rest is of no interest. */
  over(): void
}

/** What the host can do, by kind, as in RFC 4253 §7.1; `up` is from us to the host. */
export interface HostLists {
  kex: readonly string[]
  serverHostKey: readonly string[]
  cipher: { up: readonly string[]; down: readonly string[] }
  hmac: { up: readonly string[]; down: readonly string[] }
  compress: { up: readonly string[]; down: readonly string[] }
}

/** Listens to a stream that has not begun to flow, and does not make it flow. */
export function hearOpening(stream: Readable): Opening {
  const chunks: Buffer[] = []
  let size = 0
  const hear = (chunk: Buffer) => {
    // a copy: it is decrypted in place
    chunks.push(Buffer.from(chunk.subarray(0, MOST - size)))
    size += chunk.length
    if (size >= MOST) over()
  }
  const over = () => stream.off('data', hear)
  stream.on('data', hear)
  const all = () => Buffer.concat(chunks)
  return {
    words: () => wordsIn(all()).trim(),
    lists: () => listsIn(all()),
    over,
  }
}

/** Only whole lines: the last one may be the version's, cut off. */
function wordsIn(bytes: Buffer): string {
  const before = bytes.subarray(0, Math.min(versionAt(bytes), LONGEST))
  return before.subarray(0, before.lastIndexOf('\n') + 1).toString('utf8')
}

/** Where the line of the version begins; the end of it all where there is none. */
function versionAt(bytes: Buffer): number {
  if (bytes.subarray(0, 4).toString('latin1') === 'SSH-') return 0
  const at = bytes.indexOf('\nSSH-')
  return at < 0 ? bytes.length : at + 1
}

/** SSH_MSG_KEXINIT is the first packet: its length (4 bytes), that of its padding (1), its number (1), a cookie (16), lists. */
const KEXINIT = { number: 20, at: 5, lists: 22 }

/** RFC 4251 §6. */
const NAME = /^[!-~]{1,64}$/

function listsIn(bytes: Buffer): HostLists | undefined {
  const version = versionAt(bytes)
  const line = bytes.indexOf('\n', version)
  if (line < 0) return undefined
  const packet = bytes.subarray(line + 1)
  if (packet[KEXINIT.at] !== KEXINIT.number) return undefined
  const found: string[][] = []
  for (let at = KEXINIT.lists; found.length < 8; ) {
    if (at + 4 > packet.length) return undefined
    const end = at + 4 + packet.readUInt32BE(at)
    if (end > packet.length) return undefined
    const names = packet.toString('latin1', at + 4, end).split(',')
    found.push(names.filter((name) => NAME.test(name)))
    at = end
  }
  const [kex = [], serverHostKey = [], ...rest] = found
  const [cipherUp = [], cipherDown = [], hmacUp = [], hmacDown = [], compressUp = [], compressDown = []] =
    rest
  return {
    kex,
    serverHostKey,
    cipher: { up: cipherUp, down: cipherDown },
    hmac: { up: hmacUp, down: hmacDown },
    compress: { up: compressUp, down: compressDown },
  }
}
