import type { Readable } from 'node:stream'

/** How much of the opening is kept, bytes: far more than the lists of any real host need. */
const MOST_KEPT = 32 * 1024

/** How much of the text before the version is returned, bytes. */
const LONGEST_WORDS = 2048

/** What a host sends before anything is encrypted. */
export interface Opening {
  /** The lines before the SSH version: sshd says there why it lets nobody in, and other servers what they are. */
  words(): string
  /** The algorithms that it offers; undefined when there is no readable offer. */
  lists(): HostLists | undefined
  /** Stops recording. */
  over(): void
}

/** The host's algorithms by kind (RFC 4253 §7.1). `up` is from us to the host. */
export interface HostLists {
  kex: readonly string[]
  serverHostKey: readonly string[]
  cipher: { up: readonly string[]; down: readonly string[] }
  hmac: { up: readonly string[]; down: readonly string[] }
  compress: { up: readonly string[]; down: readonly string[] }
}

/** Records the beginning of a stream that ssh2 has yet to read. Listening for data here does not start the flow. */
export function recordOpening(stream: Readable): Opening {
  const chunks: Buffer[] = []
  let size = 0
  const record = (chunk: Buffer) => {
    // a copy, because ssh2 decrypts in place
    chunks.push(Buffer.from(chunk.subarray(0, MOST_KEPT - size)))
    size += chunk.length
    if (size >= MOST_KEPT) over()
  }
  const over = () => stream.off('data', record)
  stream.on('data', record)
  const all = () => Buffer.concat(chunks)
  return {
    words: () => wordsIn(all()).trim(),
    lists: () => listsIn(all()),
    over,
  }
}

/** Only complete lines, because the last one may be the beginning of the version. */
function wordsIn(bytes: Buffer): string {
  const before = bytes.subarray(0, Math.min(versionAt(bytes), LONGEST_WORDS))
  return before.subarray(0, before.lastIndexOf('\n') + 1).toString('utf8')
}

/** Offset of the version line, or of the end when there is none. */
function versionAt(bytes: Buffer): number {
  if (bytes.subarray(0, 4).toString('latin1') === 'SSH-') return 0
  const at = bytes.indexOf('\nSSH-')
  return at < 0 ? bytes.length : at + 1
}

/** The first packet, SSH_MSG_KEXINIT: packet length (4 bytes), padding length (1), number (1), cookie (16), lists. */
const KEXINIT = { number: 20, at: 5, lists: 22 }

/** An algorithm's name (RFC 4251 §6). */
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
