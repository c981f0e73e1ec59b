import { ConvecthubError } from '../errors.ts'
import { KINDS, type Offer, possible } from './algorithms.ts'
import type { HostLists } from './opening.ts'

/** Two lists without a common algorithm, and their keyword in ssh_config(5). */
interface Gap {
  keyword: keyof typeof FIELDS
  ours: readonly string[]
  theirs: readonly string[]
}

const { CASignatureAlgorithms: _notOffered, ...OFFERED } = KINDS

/** The field of Offer for each keyword. */
const FIELDS = { ...OFFERED, Compression: 'compress' } as const

/** Entries among the key exchanges that announce extensions instead (RFC 8308, OpenSSH's PROTOCOL). */
const EXTENSIONS = /^(ext-info-[cs]|kex-strict-[cs]-v00@openssh\.com)$/

/** Authenticated ciphers, which need no MAC. */
const AUTHENTICATED = /-gcm@openssh\.com$|^chacha20-poly1305@openssh\.com$/

/** Returns NO_COMMON_ALGORITHM with the lists that have nothing in common, or undefined when all have something. */
export function noCommonAlgorithm(
  { host, where }: { host: string; where: string },
  ours: Offer,
  theirs: HostLists,
): ConvecthubError | undefined {
  const gaps = gapsBetween(ours, theirs)
  const [first] = gaps
  if (!first) return undefined
  const names = gaps.map(({ keyword }) => keyword).join(' and ')
  const evidence = gaps.flatMap(({ keyword, ours, theirs }) => [
    `${keyword} of convecthub: ${ours.join(', ')}`,
    `${keyword} of the host: ${theirs.join(', ')}`,
  ])
  return new ConvecthubError('NO_COMMON_ALGORITHM', `${where}: no ${names} in common`, {
    host,
    evidence: evidence.join('\n'),
    hint: hintFor(first),
  })
}

/** Suggests an algorithm to enable here if convecthub supports one of the host's, or else one to enable on the host. */
function hintFor({ keyword, ours, theirs }: Gap): string {
  if (keyword === 'Compression') return 'let the SSH server of the host go without compression as well'
  const shared = possible(keyword).find((name) => theirs.includes(name))
  return shared
    ? `allow it for this host in ssh's configuration: ${keyword} +${shared}`
    : `allow one of ours in sshd_config of the host, such as: ${keyword} +${ours[0]}`
}

function gapsBetween(ours: Offer, theirs: HostLists): Gap[] {
  return (Object.keys(FIELDS) as Gap['keyword'][]).flatMap((keyword) => {
    const field = FIELDS[keyword]
    const mine = ours[field]
    const lists =
      field === 'kex' || field === 'serverHostKey' ? [theirs[field]] : Object.values(theirs[field])
    const gap = lists.find((list, way) => {
      if (field === 'hmac' && !needsMac(ours.cipher, Object.values(theirs.cipher)[way] ?? [])) return false
      return !mine.some((name) => list.includes(name))
    })
    return gap ? [{ keyword, ours: mine, theirs: gap.filter((name) => !EXTENSIONS.test(name)) }] : []
  })
}

/** The cipher is the client's first one that the server supports too (RFC 4253 §7.1). */
function needsMac(ours: readonly string[], theirs: readonly string[]): boolean {
  const cipher = ours.find((name) => theirs.includes(name))
  return cipher !== undefined && !AUTHENTICATED.test(cipher)
}
