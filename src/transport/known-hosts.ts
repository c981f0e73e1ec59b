import { createHash, createHmac } from 'node:crypto'
import { matchesPatterns } from '../ssh-pattern.ts'
import { CERTIFIED, certificateFault, certificateOf, type ShownKey } from './host-certificate.ts'

/** One line of a known_hosts file. */
interface Entry {
  names: string
  type: string
  key: string
  marker: string | undefined
}

/** `uncertified`: the certificate is from an authority in known_hosts, but not valid for this host. */
export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked' | 'uncertified'

/** A verdict, with the evidence when it is a bad one. */
export interface Finding {
  verdict: Verdict
  evidence?: string
}

/** The names under which a host is looked up in known_hosts. */
export interface HostKeyPlace {
  /** The first name is the one that new keys are saved under. Keys under the second one are accepted as well. */
  names: readonly [string, ...string[]]
  /** The name that certificates use, which has no port. */
  host: string
}

export interface KnownHosts {
  /** Types of the host's known keys and certificates, so that the server can be asked for these first. */
  types(place: HostKeyPlace): string[]
  /** Judges a key. `signatures`: algorithms that authorities may sign with; default: all that we can verify. */
  check(place: HostKeyPlace, shown: ShownKey, signatures?: readonly string[]): Finding
  /** Adds lines that were written to the file since it was read. */
  add(line: string): void
}

/** As in ssh: the alias if there is one, or else the address, after `[address]:port` for a port other than 22. */
export function hostKeyPlace(target: {
  address: string
  port: number
  hostKeyAlias?: string | undefined
}): HostKeyPlace {
  const { address, port, hostKeyAlias: alias } = target
  if (alias !== undefined) return { names: [alias], host: alias }
  return { names: port === 22 ? [address] : [`[${address}]:${port}`, address], host: address }
}

/** Parses one or more known_hosts files (format: sshd(8), with hashed names, `[host]:port` and markers). */
export function knownHosts(text: string): KnownHosts {
  const plain = new Map<string, Entry[]>()
  /** Hashed names and patterns, which every name has to be compared with. */
  const others: Entry[] = []
  const found = new Map<string, Entry[]>()
  const add = (lines: string) => {
    found.clear()
    for (const entry of lines.split('\n').flatMap(parseLine)) {
      if (/[|*?!]/.test(entry.names)) others.push(entry)
      else
        for (const name of new Set(entry.names.toLowerCase().split(',')))
          plain.set(name, [...(plain.get(name) ?? []), entry])
    }
  }
  const entriesFor = (name: string) => {
    const known = found.get(name)
    if (known) return known
    const entries = [
      ...(plain.get(name.toLowerCase()) ?? []),
      ...others.filter((entry) => matches(entry.names, name)),
    ]
    found.set(name, entries)
    return entries
  }
  add(text)
  return {
    add,
    types({ names }) {
      const authority = names.flatMap(entriesFor).some(({ marker }) => marker === '@cert-authority')
      const keys = names.map((name) => entriesFor(name).filter(isKey)).find(({ length }) => length > 0) ?? []
      return [...(authority ? CERTIFIED.map(certificateOf) : []), ...new Set(keys.map(({ type }) => type))]
    },
    check({ names, host }, { key, certificate }, signatures) {
      const lines = names.flatMap(entriesFor)
      const marked = (marker: string, what: Buffer | undefined) =>
        lines.some((entry) => entry.marker === marker && hasKey(what)(entry))
      if (marked('@revoked', key)) return { verdict: 'revoked', evidence: 'the key is marked @revoked' }
      if (marked('@revoked', certificate?.authority))
        return { verdict: 'revoked', evidence: "the key of the certificate's authority is marked @revoked" }
      const certified = certificate && marked('@cert-authority', certificate.authority)
      const fault = certified ? certificateFault(certificate, host, signatures) : undefined
      if (certified && fault === undefined) return { verdict: 'known' }
      const [primary = [], fallback = []] = names.map((name) => entriesFor(name).filter(isKey))
      // an entry without the port can confirm a key, but not contradict one
      if (primary.some(hasKey(key)) || (primary.length === 0 && fallback.some(hasKey(key))))
        return { verdict: 'known' }
      if (fault !== undefined) return { verdict: 'uncertified', evidence: fault }
      if (primary.length > 0) {
        const known = primary.map((entry) => fingerprint(Buffer.from(entry.key, 'base64')))
        return { verdict: 'changed', evidence: `on file: ${known.join(', ')}` }
      }
      if (!lines.some(({ marker }) => marker === '@cert-authority')) return { verdict: 'unknown' }
      return { verdict: 'unknown', evidence: NOT_CERTIFIED }
    },
  }
}

const NOT_CERTIFIED =
  'a @cert-authority is on file for it, but it showed no certificate by that one which convecthub can check'

const isKey = ({ marker }: Entry) => marker === undefined
const hasKey = (key: Buffer | undefined) => {
  const encoded = key?.toString('base64')
  return (entry: Entry) => entry.key === encoded
}

/** A known_hosts line for this key. */
export function knownHostsLine(name: string, key: Buffer): string {
  return `${name} ${keyType(key)} ${key.toString('base64')}\n`
}

/** `SHA256:…` as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  // 32 bytes are 43 characters of base64, plus a padding `=` that ssh-keygen leaves out
  return `SHA256:${createHash('sha256').update(key).digest('base64').slice(0, 43)}`
}

/** The type at the head of a public key in wire format (RFC 4253 §6.6), such as `ssh-ed25519`. */
export function keyType(key: Buffer): string {
  return key.subarray(4, 4 + key.readUInt32BE(0)).toString('ascii')
}

function parseLine(line: string): Entry[] {
  const fields = line.trim().split(/\s+/)
  if (line.startsWith('#') || fields.length < 3) return []
  const marker = fields[0]?.startsWith('@') ? fields.shift() : undefined
  const [names, type, key] = fields
  return names && type && key ? [{ names, type, key, marker }] : []
}

function matches(names: string, name: string): boolean {
  if (names.startsWith('|1|')) {
    const [, , salt, hash] = names.split('|')
    return (
      createHmac('sha1', Buffer.from(salt ?? '', 'base64'))
        .update(name.toLowerCase())
        .digest('base64') === hash
    )
  }
  return matchesPatterns(name.toLowerCase(), names.toLowerCase().split(','))
}
