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

/** `uncertified`: it is in a certificate of an authority on file, which is not good for this host. */
export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked' | 'uncertified'

/** A verdict, and where it is not good what it goes by. */
export interface Finding {
  verdict: Verdict
  evidence?: string
}

export interface KnownHosts {
  /** Types of keys and certificates on file for this name, so that the server is asked for one of them first. */
  types(name: string): string[]
  /** What the file says of this key. `signatures`: how authorities may sign, where not by all that we can check. */
  check(
    name: string,
    shown: ShownKey,
    signatures?: readonly string[],
  ): { verdict: Verdict; evidence?: string }
  /** Takes in what was written to the file meanwhile. */
  add(line: string): void
}

/** The name under which known_hosts has a host: its alias, its address, or `[address]:port` for a port of its own. */
export function hostKeyName(target: {
  address: string
  port: number
  hostKeyAlias?: string | undefined
}): string {
  const { address, port, hostKeyAlias } = target
  return hostKeyAlias ?? (port === 22 ? address : `[${address}]:${port}`)
}

/** The name that certificates give, which is without a port. */
const bareName = (name: string) => /^\[(.*)\]:\d+$/.exec(name)?.[1] ?? name

/** Reads the text of one or several known_hosts files (format of sshd(8): hashed names, `[host]:port`, markers). */
export function knownHosts(text: string): KnownHosts {
  const plain = new Map<string, Entry[]>()
  /** Those that every name has to be tried on. */
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
  const of = (name: string) => {
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
    types(name) {
      const entries = [...of(name), ...of(bareName(name))]
      const authority = entries.some(({ marker }) => marker === '@cert-authority')
      const keys = entries.filter(({ marker }) => !marker)
      return [...(authority ? CERTIFIED.map(certificateOf) : []), ...new Set(keys.map(({ type }) => type))]
    },
    check(name, shown, signatures) {
      const host = bareName(name)
      const finding = judge(of(name), host, shown, signatures)
      if (finding.verdict !== 'unknown') return finding
      // as in ssh, what is on file without the port may speak for a key
      const bare = judge(of(host), host, shown, signatures)
      return bare.verdict === 'changed' ? finding : bare
    },
  }
}

/** What the lines for a host say of the key that it shows. */
function judge(
  entries: readonly Entry[],
  host: string,
  { key, certificate }: ShownKey,
  signatures: readonly string[] | undefined,
): Finding {
  const has = (what: Buffer | undefined, marker?: string) =>
    entries.some((entry) => entry.marker === marker && entry.key === what?.toString('base64'))
  if (has(key, '@revoked')) return { verdict: 'revoked', evidence: 'the key is marked @revoked' }
  if (certificate && has(certificate.authority, '@revoked'))
    return { verdict: 'revoked', evidence: "the key of the certificate's authority is marked @revoked" }
  if (certificate && has(certificate.authority, '@cert-authority')) {
    const fault = certificateFault(certificate, host, { signatures })
    return fault === undefined ? { verdict: 'known' } : { verdict: 'uncertified', evidence: fault }
  }
  if (has(key)) return { verdict: 'known' }
  const keys = entries.filter(({ marker }) => marker === undefined)
  if (keys.length > 0) {
    const known = keys.map((entry) => fingerprint(Buffer.from(entry.key, 'base64')))
    return { verdict: 'changed', evidence: `on file: ${known.join(', ')}` }
  }
  const authority = entries.some(({ marker }) => marker === '@cert-authority')
  return {
    verdict: 'unknown',
    ...(authority && { evidence: 'a @cert-authority is on file for it, which did not certify this key' }),
  }
}

/** A known_hosts line for this key. */
export function knownHostsLine(name: string, key: Buffer): string {
  return `${name} ${keyType(key)} ${key.toString('base64')}\n`
}

/** `SHA256:…` as ssh-keygen -l prints it. */
export function fingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
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
        .update(name)
        .digest('base64') === hash
    )
  }
  return matchesPatterns(name.toLowerCase(), names.toLowerCase().split(','))
}
