import { ConvecthubError } from '../errors.ts'
import { matchesPattern, matchesPatterns } from '../ssh-pattern.ts'
import { CA_SIGNATURES, CERTIFIED, certificateOf } from './host-certificate.ts'
import { SUPPORTED } from './ssh2-internals.ts'

/** Names of algorithms, best first. An undefined list means our default. */
export interface Algorithms {
  cipher?: readonly string[]
  kex?: readonly string[]
  hmac?: readonly string[]
  serverHostKey?: readonly string[]
  /** Offer serverHostKey in exactly this order, whatever keys are in known_hosts. */
  hostKeysInOrder?: boolean
  /** Algorithms that authorities may sign host certificates with. We check this ourselves; ssh2 does not. */
  caSignature?: readonly string[]
}

const CERTIFICATES = CERTIFIED.map(certificateOf)

type Kind = Exclude<keyof Algorithms, 'hostKeysInOrder'>

/**
 * Never offered, even though ssh2 supports them. In a group exchange the host chooses the group, and a malicious one
 * keeps node busy for minutes, during which it serves no other host. The other names are ssh2's own, not SSH's.
 */
const NEVER = ['diffie-hellman-group-exchange-*', 'aes128-gcm', 'aes256-gcm']

/** What we offer by default, best first, as far as this machine's node supports it. */
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

/** `offered`: our default, best first. `more`: all that ssh2 supports, used only when the user asks for it. */
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
 * Turns the lists of ssh's configuration into what to offer. As in ssh_config(5), a list is `a,b`, or changes our
 * default: `+` appends, `-` removes, `^` puts in front; names may be patterns. Names that ssh2 does not know are
 * dropped. Error: SSH_CONFIG_OPTION when a list ends up empty.
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

/** Every algorithm that a user may ask for, the default ones first. */
export function possible(keyword: AlgorithmKeyword): readonly string[] {
  const { offered, more } = KNOWN[KINDS[keyword]]
  return [...new Set([...offered, ...more.filter((name) => !matchesPatterns(name, NEVER))])]
}

/** Like OpenSSH's kex_assemble_names(): a pattern stands for every name that it matches. */
function choose(list: string, keyword: AlgorithmKeyword): readonly string[] {
  const { offered } = KNOWN[KINDS[keyword]]
  const sign = /^[+^-]/.exec(list)?.[0]
  const names = (sign ? list.slice(1) : list).split(',')
  if (sign === '-') return offered.filter((name) => !matchesPatterns(name, names))
  const wanted = sign === '+' ? [...offered, ...names] : sign === '^' ? [...names, ...offered] : names
  return [
    ...new Set(
      wanted.flatMap((pattern) => possible(keyword).filter((name) => matchesPattern(name, pattern))),
    ),
  ]
}

/** The algorithms offered to a host in the key exchange. */
export type Offer = Readonly<
  Record<'cipher' | 'kex' | 'hmac' | 'serverHostKey' | 'compress', readonly string[]>
>

/** What to offer to a host. `onFile`: the types of its keys in known_hosts. */
export function offer(chosen: Algorithms, onFile: readonly string[]): Offer {
  return {
    cipher: chosen.cipher ?? KNOWN.cipher.offered,
    kex: chosen.kex ?? KNOWN.kex.offered,
    hmac: chosen.hmac ?? KNOWN.hmac.offered,
    serverHostKey: hostKeyOrder(chosen, onFile),
    // ssh2 would unpack a few bytes into gigabytes before any of our limits applies
    compress: ['none'],
  }
}

/**
 * The order in which to ask for host keys. Types in known_hosts come first, as in OpenSSH, so that the server shows a
 * key we know; a user's own order is kept as it is. Certificates come before all others, and are only asked for when
 * known_hosts has an authority for the host.
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
