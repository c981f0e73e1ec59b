import { createHash, createHmac } from 'node:crypto'

/** One line of a known_hosts file. */
interface Entry {
  names: string
  type: string
  key: string
  marker: string | undefined
}

export interface KnownHosts {
  /** Key types on file for this address, so that the server is asked for one of them first. */
  types(address: string, port: number): string[]
  /** What the file says of this key. `known` lists the fingerprints on file where it is `changed`. */
  check(
    address: string,
    port: number,
    key: Buffer,
  ): { verdict: 'known' | 'unknown' | 'changed' | 'revoked'; known: string[] }
}

/** Reads the text of one or several known_hosts files (format of sshd(8): hashed names, `[host]:port`, @revoked). */
export function knownHosts(text: string): KnownHosts {
  const entries = text.split('\n').flatMap(parseLine)
  const of = (address: string, port: number) => {
    const name = port === 22 ? address : `[${address}]:${port}`
    return entries.filter((entry) => matches(entry.names, name))
  }
  return {
    types: (address, port) => [
      ...new Set(
        of(address, port)
          .filter((e) => !e.marker)
          .map((e) => e.type),
      ),
    ],
    check(address, port, key) {
      const encoded = key.toString('base64')
      const found = of(address, port)
      const plain = found.filter((entry) => entry.marker === undefined)
      const known = plain.map((entry) => fingerprint(Buffer.from(entry.key, 'base64')))
      if (found.some((entry) => entry.marker === '@revoked' && entry.key === encoded))
        return { verdict: 'revoked', known }
      if (plain.some((entry) => entry.key === encoded)) return { verdict: 'known', known }
      return { verdict: plain.length > 0 ? 'changed' : 'unknown', known }
    },
  }
}

/** A known_hosts line for this key. */
export function knownHostsLine(address: string, port: number, key: Buffer): string {
  const name = port === 22 ? address : `[${address}]:${port}`
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
