import { ConvecthubError } from '../errors.ts'
import { matchesPatterns } from '../ssh-pattern.ts'
import { CA_SIGNATURES, CERTIFIED, certificateOf } from './host-certificate.ts'

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

const AES = ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'aes128-ctr', 'aes192-ctr', 'aes256-ctr']

const CERTIFICATES = CERTIFIED.map(certificateOf)

type Kind = Exclude<keyof Algorithms, 'hostKeysInOrder'>

/**
 * What ssh2 can do of each kind: what it offers by itself, best first, and what only when it is asked for. The
 * group-exchange ones are left out: the host chooses the group, and node examines one that is made for it for minutes,
 * in which it serves no other host.
 */
const KNOWN: Readonly<Record<Kind, { offered: readonly string[]; more: readonly string[] }>> = {
  cipher: { offered: AES, more: ['aes256-cbc', 'aes192-cbc', 'aes128-cbc'] },
  kex: {
    offered: [
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
    more: ['diffie-hellman-group14-sha1', 'diffie-hellman-group1-sha1'],
  },
  hmac: {
    offered: [
      'hmac-sha2-256-etm@openssh.com',
      'hmac-sha2-512-etm@openssh.com',
      'hmac-sha1-etm@openssh.com',
      'hmac-sha2-256',
      'hmac-sha2-512',
      'hmac-sha1',
    ],
    more: [],
  },
  serverHostKey: {
    offered: [...CERTIFICATES, ...CERTIFIED, 'ssh-rsa'],
    more: [],
  },
  caSignature: { offered: CA_SIGNATURES, more: [] },
}

/** The keyword of ssh_config(5) for each kind. */
export type AlgorithmKeyword =
  | 'Ciphers'
  | 'KexAlgorithms'
  | 'MACs'
  | 'HostKeyAlgorithms'
  | 'CASignatureAlgorithms'
const KINDS: Readonly<Record<AlgorithmKeyword, Kind>> = {
  Ciphers: 'cipher',
  KexAlgorithms: 'kex',
  MACs: 'hmac',
  HostKeyAlgorithms: 'serverHostKey',
  CASignatureAlgorithms: 'caSignature',
}

/**
 * What to offer where ssh's configuration wants lists of its own: `a,b`, or our choice with `+` more, `-` fewer
 * (patterns) or `^` others in front, as in ssh_config(5). What ssh2 does not know is left out of a list; error
 * SSH_OPTION when nothing is left.
 */
export function algorithms(lists: Partial<Record<AlgorithmKeyword, string | undefined>>): Algorithms {
  const chosen: Partial<Record<Kind, readonly string[]>> = {}
  for (const [keyword, kind] of Object.entries(KINDS) as [AlgorithmKeyword, Kind][]) {
    const list = lists[keyword]
    if (list === undefined) continue
    const names = choose(list, kind)
    if (names.length === 0) {
      throw new ConvecthubError('SSH_OPTION', 'input', `convecthub knows none of the ${keyword} ${list}`, {
        hint: `add one of ${KNOWN[kind].offered.join(', ')} for these hosts in ssh's configuration`,
      })
    }
    chosen[kind] = names
  }
  const inOrder = /^[^+-]/.test(lists.HostKeyAlgorithms ?? '')
  return { ...chosen, ...(inOrder && { hostKeysInOrder: true }) }
}

function choose(list: string, kind: Kind): readonly string[] {
  const { offered, more } = KNOWN[kind]
  const sign = /^[+^-]/.exec(list)?.[0]
  const names = (sign ? list.slice(1) : list).split(',')
  if (sign === '-') return offered.filter((name) => !matchesPatterns(name, names))
  const known = names.filter((name) => [...offered, ...more].includes(name))
  if (sign === '+') return [...new Set([...offered, ...known])]
  return sign === '^' ? [...new Set([...known, ...offered])] : known
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
