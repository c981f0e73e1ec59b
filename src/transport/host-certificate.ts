import { verify } from 'node:crypto'
import ssh2 from 'ssh2'
import { matchesPattern } from '../ssh-pattern.ts'

/** What a host shows to say who it is: a public key in wire format, by itself or with a certificate. */
export interface ShownKey {
  key: Buffer
  certificate?: HostCertificate
}

/** An authority's word for a host's key, as in OpenSSH's PROTOCOL.certkeys. */
export interface HostCertificate {
  /** The authority's public key, in wire format. */
  authority: Buffer
  forHost: boolean
  /** Names of hosts, or patterns of them. */
  principals: readonly string[]
  /** Unix times, s. */
  validAfter: bigint
  validBefore: bigint
  critical: boolean
  /** What the signature is of. */
  signed: Buffer
  algorithm: string
  signature: Buffer
}

const ECDSA = ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521']

/** By which algorithms a host may sign with a key that is in a certificate, best first. */
export const CERTIFIED: readonly string[] = ['ssh-ed25519', ...ECDSA, 'rsa-sha2-512', 'rsa-sha2-256']

/** How many fields make a public key of each type that may be in one. */
const FIELDS = new Map([['ssh-ed25519', 1], ...[...ECDSA, 'ssh-rsa'].map((type) => [type, 2] as const)])

const CERTIFICATE = '-cert-v01@openssh.com'

/** The name of an algorithm, or of a type of key, with a certificate. */
export const certificateOf = (plain: string): string => `${plain}${CERTIFICATE}`

/** The other way round; undefined: it is without one. */
export const withoutCertificate = (name: string): string | undefined =>
  name.endsWith(CERTIFICATE) ? name.slice(0, -CERTIFICATE.length) : undefined

/** How authorities may sign, by default, and how each is checked. */
const SIGNATURES: Readonly<Record<string, string | null>> = {
  'ssh-ed25519': null,
  'ecdsa-sha2-nistp256': 'sha256',
  'ecdsa-sha2-nistp384': 'sha384',
  'ecdsa-sha2-nistp521': 'sha512',
  'rsa-sha2-512': 'sha512',
  'rsa-sha2-256': 'sha256',
}
export const CA_SIGNATURES: readonly string[] = Object.keys(SIGNATURES)

const FOR_HOST = 2

/** Takes apart what a host showed; undefined: it is cut short. */
export function shownKey(blob: Buffer): ShownKey | undefined {
  return whole(() => {
    const reader = new Reader(blob)
    const type = reader.text()
    // it goes into known_hosts and to the terminal
    if (!/^[a-z0-9@.-]{1,64}$/.test(type)) return undefined
    const plain = withoutCertificate(type)
    const fields = plain && FIELDS.get(plain)
    if (!fields) return { key: blob }
    reader.bytes() // a nonce
    const values = Array.from({ length: fields }, () => reader.bytes())
    return {
      key: Buffer.concat([Buffer.from(plain), ...values].map(withLength)),
      certificate: readCertificate(blob, reader),
    }
  })
}

/** What comes behind the key. */
function readCertificate(blob: Buffer, reader: Reader): HostCertificate {
  reader.skip(8) // a serial number
  const forHost = reader.number() === FOR_HOST
  reader.bytes() // a name for logs
  const principals = new Reader(reader.bytes()).all()
  const [validAfter, validBefore] = [reader.time(), reader.time()]
  const critical = reader.bytes().length > 0
  reader.bytes() // extensions
  reader.bytes() // reserved
  const authority = reader.bytes()
  const signed = blob.subarray(0, reader.at)
  const seal = new Reader(reader.bytes())
  return {
    ...{ authority, forHost, principals, validAfter, validBefore, critical, signed },
    algorithm: seal.text(),
    signature: seal.bytes(),
  }
}

/**
 * Why a certificate is not good for this host now, as OpenSSH 10.3's sshkey_cert_check_host says; undefined: it is.
 * `signatures`: how authorities may sign. What a certificate says is only told when its authority has signed it.
 */
export function certificateFault(
  certificate: HostCertificate,
  host: string,
  signatures: readonly string[] = CA_SIGNATURES,
): string | undefined {
  const { forHost, principals, validAfter, validBefore, critical, algorithm } = certificate
  const second = BigInt(Math.floor(Date.now() / 1000))
  if (!isSigned(certificate)) return 'its signature is wrong, or of a kind that convecthub does not take'
  if (!signatures.includes(algorithm)) return `its authority signs by ${algorithm}`
  if (!forHost) return 'it is not one for hosts'
  if (second < validAfter) return `it is valid from ${date(validAfter)} on`
  if (second >= validBefore) return `it was valid until ${date(validBefore)}`
  // older ones of OpenSSH take it for any host (CVE-2024-7594)
  if (principals.length === 0) return 'it names no host'
  if (!principals.some((name) => matchesPattern(host.toLowerCase(), name)))
    return `it is for ${principals.join(', ')}`
  return critical ? 'it has options that convecthub does not know' : undefined
}

function isSigned({ authority, signed, algorithm, signature }: HostCertificate): boolean {
  const parsed = ssh2.utils.parseKey(authority)
  const key = Array.isArray(parsed) ? parsed[0] : parsed
  const hash = SIGNATURES[algorithm]
  if (!key || key instanceof Error || hash === undefined) return false
  if (key.type !== algorithm && !(key.type === 'ssh-rsa' && algorithm.startsWith('rsa-'))) return false
  const pem = key.getPublicPEM()
  if (!algorithm.startsWith('ecdsa')) return verify(hash, signed, pem, signature)
  const numbers = sideBySide(signature, algorithm)
  return numbers !== undefined && verify(hash, signed, { key: pem, dsaEncoding: 'ieee-p1363' }, numbers)
}

/** The two numbers of an ECDSA signature (RFC 5656 §3.1.2), each at the length of the curve; undefined: cut short. */
function sideBySide(signature: Buffer, algorithm: string): Buffer | undefined {
  const length = Math.ceil(Number(algorithm.slice(-3)) / 8)
  const reader = new Reader(signature)
  const numbers = whole(() => [reader.bytes(), reader.bytes()])
  return (
    numbers &&
    Buffer.concat(
      numbers.map((number) => {
        const digits = number.subarray(Math.max(0, number.length - length))
        return Buffer.concat([Buffer.alloc(length - digits.length), digits])
      }),
    )
  )
}

/** What was read; undefined where the bytes end too early. */
function whole<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return undefined
    throw error
  }
}

function withLength(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

function date(seconds: bigint): string {
  const last = 8_640_000_000_000n
  return new Date(Number(seconds < last ? seconds : last) * 1000).toISOString()
}

/** Reads the types of RFC 4251 §5. Throws RangeError where the bytes end too early. */
class Reader {
  at = 0
  readonly #data: Buffer

  constructor(data: Buffer) {
    this.#data = data
  }

  number(): number {
    const value = this.#data.readUInt32BE(this.at)
    this.at += 4
    return value
  }

  time(): bigint {
    const value = this.#data.readBigUInt64BE(this.at)
    this.at += 8
    return value
  }

  bytes(): Buffer {
    const length = this.number()
    const start = this.at
    this.skip(length)
    return this.#data.subarray(start, this.at)
  }

  text(): string {
    return this.bytes().toString('utf8')
  }

  /** Strings up to the end. */
  all(): string[] {
    const texts: string[] = []
    while (this.at < this.#data.length) texts.push(this.text())
    return texts
  }

  skip(length: number): void {
    this.at += length
    if (this.at > this.#data.length) throw new RangeError('cut short')
  }
}
