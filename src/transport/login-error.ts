import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import type { Offer } from './algorithms.ts'
import { answerHint } from './answer-hint.ts'
import { noCommonAlgorithm } from './no-common-algorithm.ts'
import type { Opening } from './opening.ts'
import type { Target } from './target.ts'
import type { Tried } from './tried.ts'

/** ssh2's error for a failed login. A numeric code is the reason in the host's disconnect message (RFC 4253 §11.1). */
export type LoginFault = Error & { level?: string; code?: string | number }

/** How a login failed, and what was seen of it until then. */
export interface LoginEnd {
  fault: LoginFault
  /** The other side closed the connection without a disconnect message. */
  closed: boolean
  tried: Tried
  opening: Opening
  offer: Offer
  /** What the ProxyCommand printed to stderr. */
  said: string
}

/** A LoginEnd with what the rules below need to know. */
interface Seen extends LoginEnd {
  target: Target
  /** What the host said about this login, without the banner that it shows to everybody. */
  reason: string
  /** The host refused every method that we have. */
  refused: boolean
  /** The host stopped us after too many attempts. */
  tooMany: boolean
  /** The host ended the connection, with a disconnect message or without. */
  over: boolean
}

interface Ending {
  code: ErrorCode
  is(seen: Seen): boolean
  message(seen: Seen): string
  hint(seen: Seen): string
}

/** sshd's disconnect message at MaxAuthTries. Its reason code is that of any protocol error, so its text decides. */
const TOO_MANY = /Too many authentication failures/

/** What sshd sends instead of its version above MaxStartups. It drops logins at random, so another try may succeed. */
const MAX_STARTUPS = /^(Exceeded MaxStartups)?$/

const NOT_REACHED: Pick<Ending, 'message' | 'hint'> = {
  message: ({ target, fault }) => `${place(target)}: ${fault.message}`,
  hint: () => 'is the machine on, on this network, and sshd running on that port?',
}

/** The ways in which a login fails; the first that matches counts. Only LOGIN_DROPPED is tried again. */
const ENDINGS: readonly Ending[] = [
  {
    code: 'SECOND_FACTOR',
    is: ({ refused, tried }) => refused && tried.factor !== undefined,
    message: ({ target, tried: { factor, taken = [], second, question } }) =>
      `${account(target)}: the ${named(factor)} was taken; ${
        second && question === undefined
          ? `the second factor (${second}) was refused`
          : `a second factor (${taken.join(', ')}) is wanted too`
      }`,
    hint: (seen) =>
      answerHint(seen) ??
      `give what it wants as well (-k or ansible_ssh_pass for a password); by hand: ${sshCommand(seen.target)}`,
  },
  {
    code: 'TOO_MANY_KEYS',
    is: ({ target, tooMany, tried }) =>
      tooMany && !tried.methods.includes('password') && (tried.keys > 1 || target.password !== undefined),
    message: ({ target, tried }) =>
      `${account(target)} takes ${counted(tried.refusals + 1, 'try', 'tries')}, and ${
        tried.held > 0 ? 'the agent offers' : 'we have'
      } ${counted(tried.held || tried.keys, 'key', 'keys')}: the right one was not among the first`,
    hint: () =>
      "name the right one: ansible_ssh_private_key_file=FILE, with IdentitiesOnly yes in ssh's configuration to offer no other",
  },
  {
    code: 'AUTH',
    is: ({ refused, tooMany }) => refused || tooMany,
    message: ({ target, tooMany, tried: { methods, taken = [] } }) => {
      const tried = [...new Set(methods)].join(', ')
      const what = tried ? `tried ${tried}` : 'there was no key, agent or password to try'
      const more = tooMany ? '; more than it allows' : ''
      return `${account(target)} was refused (${what}${taken.length > 0 ? `; it takes ${taken.join(', ')}` : more})`
    },
    hint: (seen) => answerHint(seen) ?? `try: ${sshCommand(seen.target)}`,
  },
  {
    code: 'PASSWORD_EXPIRED',
    is: ({ fault }) => fault.level === 'password-change',
    message: ({ target }) => `${account(target)}: the password has expired`,
    hint: ({ target }) => `set a new one by hand: ${sshCommand(target)}`,
  },
  {
    code: 'LOGIN_BANNED',
    is: ({ closed, opening }) => closed && /^Not allowed at this time/.test(opening.words()),
    message: ({ target }) =>
      `${place(target)}: sshd has banned this address for a while (PerSourcePenalties)`,
    hint: () =>
      'wait until the ban is over, or restart sshd there from its console; PerSourcePenaltyExemptList in its sshd_config keeps this address out of it',
  },
  {
    code: 'UNREACHABLE',
    // messages of pam_nologin and of systemd's /run/nologin: a temporary state
    is: ({ over, tried, reason }) =>
      over && tried.answered && /is (booting up|going down)|nologin/i.test(reason),
    message: ({ target }) => `${account(target)}: the host lets nobody in while it starts or goes down`,
    hint: () => 'wait until it has started, and run the same command again',
  },
  {
    code: 'ACCOUNT_EXPIRED',
    is: ({ over, tried, reason }) => over && tried.answered && /account has expired/i.test(reason),
    message: ({ target }) => `${account(target)}: the account has expired`,
    hint: ({ target }) => `renew it as root on the host: chage -E -1 ${target.user}`,
  },
  {
    code: 'LOGIN_CLOSED',
    is: ({ over, tried }) => over && tried.answered,
    message: ({ target, tried: { methods } }) =>
      `${account(target)}: the connection ended once the host had looked at the login (${named(methods.at(-1))})`,
    hint: () =>
      'the log of the host has the reason (an account that is locked or may not log in, PAM): journalctl -u ssh -u sshd -n 20; if it has none, the network broke: try again',
  },
  {
    code: 'NO_SSH',
    is: ({ closed, opening }) => closed && !MAX_STARTUPS.test(opening.words()),
    message: ({ target }) => `${place(target)}: what answers there says something else than SSH, and closes`,
    hint: () => 'is it the right port (ansible_port), and the right machine?',
  },
  {
    code: 'LOGIN_DROPPED',
    is: ({ closed }) => closed,
    ...NOT_REACHED,
  },
  {
    code: 'UNREACHABLE',
    is: () => true,
    ...NOT_REACHED,
  },
]

/**
 * Explains a failed login: NO_COMMON_ALGORITHM, or one of ENDINGS. Only LOGIN_DROPPED may be tried again, as the
 * connection then ended before the host had judged anything.
 */
export function loginError(target: Target, end: LoginEnd): ConvecthubError {
  const { fault, tried, opening, offer, said } = end
  const lists = fault.level === 'handshake' ? opening.lists() : undefined
  const unmet = lists && noCommonAlgorithm({ host: target.host, where: place(target) }, offer, lists)
  if (unmet) return unmet
  const goodbye = typeof fault.code === 'number'
  const withGoodbye = (said: string) => [said, goodbye ? fault.message : ''].filter(Boolean).join('\n')
  const words = withGoodbye(tried.words() || opening.words())
  // sshd may close the connection when its question gets no answer
  const refused = fault.level === 'client-authentication' || (end.closed && tried.question !== undefined)
  const tooMany = goodbye && TOO_MANY.test(fault.message)
  const reason = withGoodbye(tried.reason())
  const seen: Seen = { ...end, target, reason, refused, tooMany, over: end.closed || goodbye }
  // the last one always matches
  const ending = ENDINGS.find(({ is }) => is(seen)) as Ending
  const evidence = [
    ...(said ? [`the ProxyCommand said: ${said}`] : []),
    ...(words ? [`the host said: ${words}`] : []),
    ...(tried.question ? [`it asks: ${tried.question}`] : []),
  ]
  const details: ErrorDetails = {
    host: target.host,
    hint: ending.hint(seen),
    ...(evidence.length > 0 && { evidence: evidence.join('\n') }),
    ...(ending.code === 'LOGIN_DROPPED' || ending.code === 'UNREACHABLE' ? { cause: fault } : tried.withheld),
  }
  return new ConvecthubError(ending.code, ending.message(seen), details)
}

const place = ({ address, port }: Target) => `${address}:${port}`

const account = (target: Target) => `${target.user}@${place(target)}`

const named = (method: string | undefined) =>
  method === 'publickey' || method === 'agent' ? 'key' : (method ?? 'login')

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

/** The ssh command that makes the same login. */
function sshCommand({ keyFiles, port, user, address, jumps }: Target): string {
  const words = [
    ...keyFiles.map((file) => `-i ${file}`),
    ...(jumps.length > 0
      ? [`-J ${jumps.map((jump) => `${jump.user}@${jump.address}:${jump.port}`).join(',')}`]
      : []),
    `-p ${port}`,
  ]
  return `ssh ${words.join(' ')} ${user}@${address}`
}
