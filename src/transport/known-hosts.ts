import { createHash, createHmac } from 'node:crypto'

/** One line of a known_hosts file. */
interface Entry {
  names: string
  type: string
  key: string
  marker: string | undefined
}

/** `authority`: all that is on file for the host are certificate authorities, whose word we cannot check. */
export type Verdict = 'known' | 'unknown' | 'changed' | 'revoked' | 'authority'

export interface KnownHosts {
  /** Key types on file for this name, so that the server is asked for one of them first. */
  types(name: string): string[]
  /** What the file says of this key. `known` lists the fingerprints on file where it is `changed`. */
  check(name: string, key: Buffer): { verdict: Verdict; known: string[] }
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
    types: (name) => [
      ...new Set(
        of(name)
          .filter(({ marker }) => !marker)
          .map(({ type }) => type),
      ),
    ],
    check(name, key) {
      const encoded = key.toString('base64')
      const entries = of(name)
      const keys = entries.filter(({ marker }) => marker === undefined)
      const known = keys.map((entry) => fingerprint(Buffer.from(entry.key, 'base64')))
      if (entries.some((entry) => entry.marker === '@revoked' && entry.key === encoded))
        return { verdict: 'revoked', known }
      if (keys.some((entry) => entry.key === encoded)) return { verdict: 'known', known }
      if (keys.length > 0) return { verdict: 'changed', known }
      const authority = entries.some(({ marker }) => marker === '@cert-authority')
      return { verdict: authority ? 'authority' : 'unknown', known }
    },
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
  const patterns = names.split(',')
  const fits = (pattern: string) => glob(pattern).test(name)
  return patterns.some(fits) && !patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))
}

function glob(pattern: string): RegExp {
  const escaped = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${escaped}$`, 'i')
}
