import { ConvecthubError } from '../errors.ts'
import { matchesPattern, matchesPatterns } from '../ssh-pattern.ts'
import { CA_SIGNATURES, CERTIFIED, certificateOf } from './host-certificate.ts'
import { SUPPORTED } from './supported.ts'

/** Names of algorithms, best first; undefined: our own choice. */
export interface Algorithms {
  cipher?: readonly string[]
  kex?: readonly string[]
  hmac?: readonly string[]
  serverHostKey?: readonly string[]
  /** What is on file does not change the order of serverHostKey. */
  hostKeysInOrder?: boolean
  /** How authorities may sign host certificates; ssh2 has no use for it. */
  caSignature?: readonly string[]
}

const CERTIFICATES = CERTIFIED.map(certificateOf)

type Kind = Exclude<keyof Algorithms, 'hostKeysInOrder'>

/**
 * What is never done, even if ssh2 can. Of a group exchange the host chooses the group, and node examines one that is
 * made for it for minutes, in which it serves no other host. The others are no names of SSH, but of ssh2 alone.
 */
const NEVER = ['diffie-hellman-group-exchange-*', 'aes128-gcm', 'aes256-gcm']

/** What is offered of each kind where node can do it here, best first. */
const CHOICE: Readonly<Record<keyof typeof SUPPORTED, readonly string[]>> = {
  cipher: [
    'aes128-gcm@openssh.com',
    'aes256-gcm@openssh.com',
    'aes128-ctr',
    'aes192-ctr',
    'aes256-ctr',
    // for hosts that take nothing else
    'chacha20-poly1305@openssh.com',
  ],
  kex: [
    'curve25519-sha256@libssh.org',
    'curve25519-sha256',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group14-sha256',
    'diffie-hellman-group15-sha512',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group17-sha512',
    'diffie-hellman-group18-sha512',
  ],
  hmac: [
    'hmac-sha2-256-etm@openssh.com',
    'hmac-sha2-512-etm@openssh.com',
    'hmac-sha1-etm@openssh.com',
    'hmac-sha2-256',
    'hmac-sha2-512',
    'hmac-sha1',
  ],
  serverHostKey: [...CERTIFICATES, ...CERTIFIED, 'ssh-rsa'],
}

/** What is offered of each kind, best first, and what else ssh2 can do, which it does only when it is asked to. */
const KNOWN: Readonly<Record<Kind, { offered: readonly string[]; more: readonly string[] }>> = {
  cipher: known('cipher'),
  kex: known('kex'),
  hmac: known('hmac'),
  serverHostKey: known('serverHostKey'),
  caSignature: { offered: CA_SIGNATURES, more: [] },
}

function known(kind: keyof typeof SUPPORTED) {
  const more = SUPPORTED[kind]
  return { offered: CHOICE[kind].filter((name) => more.includes(name)), more }
}

/** The kind of algorithm behind each keyword of ssh_config(5). */
export const KINDS = {
  KexAlgorithms: 'kex',
  HostKeyAlgorithms: 'serverHostKey',
  Ciphers: 'cipher',
  MACs: 'hmac',
  CASignatureAlgorithms: 'caSignature',
} as const satisfies Record<string, Kind>
export type AlgorithmKeyword = keyof typeof KINDS

/**
 * What to offer where ssh's configuration wants lists of its own: `a,b`, or our choice with `+` more, `-` fewer
 * or `^` others in front, as in ssh_config(5); each name may be a pattern. What ssh2 does not know is left out of a
 * list; error SSH_CONFIG_OPTION when nothing is left.
 */
export function algorithms(lists: Partial<Record<AlgorithmKeyword, string | undefined>>): Algorithms {
  const chosen: Partial<Record<Kind, readonly string[]>> = {}
  for (const [keyword, kind] of Object.entries(KINDS) as [AlgorithmKeyword, Kind][]) {
    const list = lists[keyword]
    if (list === undefined) continue
    const names = choose(list, keyword)
    if (names.length === 0) {
      throw new ConvecthubError('SSH_CONFIG_OPTION', `convecthub knows none of the ${keyword} ${list}`, {
        hint: `add one of ${possible(keyword).join(', ')} for these hosts in ssh's configuration`,
      })
    }
    chosen[kind] = names
  }
  const inOrder = /^[^+-]/.test(lists.HostKeyAlgorithms ?? '')
  return { ...chosen, ...(inOrder && { hostKeysInOrder: true }) }
}

/** All that may be asked for, what is offered anyway first. */
export function possible(keyword: AlgorithmKeyword): readonly string[] {
  const { offered, more } = KNOWN[KINDS[keyword]]
  return [...new Set([...offered, ...more.filter((name) => !matchesPatterns(name, NEVER))])]
}

/** As kex_assemble_names() of OpenSSH: a pattern means all names that it fits. */
function choose(list: string, keyword: AlgorithmKeyword): readonly string[] {
  const { offered } = KNOWN[KINDS[keyword]]
  const sign = /^[+^-]/.exec(list)?.[0]
  const names = (sign ? list.slice(1) : list).split(',')
  if (sign === '-') return offered.filter((name) => !matchesPatterns(name, names))
  const wanted = sign === '+' ? [...offered, ...names] : sign === '^' ? [...names, ...offered] : names
  return [
    ...new Set(wanted.flatMap((each) => possible(keyword).filter((name) => matchesPattern(name, each)))),
  ]
}

/** The lists that a host is shown. */
export type Offer = Readonly<
  Record<'cipher' | 'kex' | 'hmac' | 'serverHostKey' | 'compress', readonly string[]>
>

/** What is offered to a host of which these types of keys are on file. */
export function offer(chosen: Algorithms, onFile: readonly string[]): Offer {
  return {
    cipher: chosen.cipher ?? KNOWN.cipher.offered,
    kex: chosen.kex ?? KNOWN.kex.offered,
    hmac: chosen.hmac ?? KNOWN.hmac.offered,
    serverHostKey: hostKeyOrder(chosen, onFile),
    // a few bytes that unpack to gigabytes would be unpacked before anybody counts them
    compress: ['none'],
  }
}

/**
 * What to ask a host for: types on file first, as OpenSSH does, so that a known key is what the server shows, unless
 * the user has an order; certificates, which come before all, only where an authority is on file.
 */
export function hostKeyOrder(
  { serverHostKey = KNOWN.serverHostKey.offered, hostKeysInOrder }: Algorithms,
  onFile: readonly string[],
): readonly string[] {
  if (hostKeysInOrder) return serverHostKey
  const first = new Set(
    onFile.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type])),
  )
  const certified = CERTIFICATES.filter((name) => first.has(name) && serverHostKey.includes(name))
  const plain = serverHostKey.filter((name) => !CERTIFICATES.includes(name))
  return [...certified, ...plain.toSorted((a, b) => Number(first.has(b)) - Number(first.has(a)))]
}
