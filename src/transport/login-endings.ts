import type { ErrorCode } from '../error-codes.ts'
import type { Offer } from './algorithms.ts'
import { answerHint } from './answer-hint.ts'
import { loginRefusal } from './login-refusal.ts'
import { networkCause } from './network-cause.ts'
import type { Opening } from './opening.ts'
import { sshCommand } from './ssh-command.ts'
import { account, place, type Target } from './target.ts'
import type { Tried } from './tried.ts'

/** ssh2's error for a failed login. A numeric code is the reason in the host's disconnect message (RFC 4253 §11.1). */
export type LoginFault = Error & {
  level?: string
  code?: string | number
  /** For a deadline of ours that has passed: what the host did not do in time. */
  during?: 'opening' | 'login'
}

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
export interface Seen extends LoginEnd {
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

export interface Ending {
  code: ErrorCode
  is(seen: Seen): boolean
  message(seen: Seen): string
  hint(seen: Seen): string
}

/** What sshd sends instead of its version above MaxStartups. It drops logins at random, so another try may succeed. */
const MAX_STARTUPS = /^(Exceeded MaxStartups)?$/

/** The ways in which a login fails; the first that matches counts. What is tried again: connect() and HostRun. */
export const ENDINGS: readonly Ending[] = [
  {
    code: 'SECOND_FACTOR',
    is: ({ refused, tried }) => refused && tried.factor !== undefined,
    message: ({ target, tried: { factor, taken = [], second, question } }) =>
      `${account(target)}: the ${named(factor)} was taken; ${
        second && question === undefined
          ? `the second factor (${second}) was refused`
          : `a second factor (${taken.join(', ')}) is needed too`
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
    message: (seen) => loginRefusal(seen.tried, seen).message(seen.target),
    hint: (seen) => loginRefusal(seen.tried, seen).hint(seen.target),
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
    is: (seen) =>
      (seen.closed && !MAX_STARTUPS.test(seen.opening.words())) ||
      (isProtocolError(seen) && !seen.opening.lists()),
    message: ({ target }) => `${place(target)} answers, but not as an SSH server`,
    hint: ({ target }) =>
      `is ${target.port} the port of its sshd (ansible_port), and is it the right machine?`,
  },
  {
    code: 'LOGIN_DROPPED',
    is: ({ closed, target }) => closed && target.proxyCommand !== undefined,
    message: ({ target }) => `the ProxyCommand to ${place(target)} ended before the login`,
    hint: ({ target }) => `try it by hand: ${sshCommand(target)}`,
  },
  {
    code: 'LOGIN_DROPPED',
    is: ({ closed }) => closed,
    message: ({ target }) => `${place(target)} closed the connection before the login`,
    hint: () =>
      'sshd closes some where too many come at once (MaxStartups): fewer at once with -f 10; the log of the host may tell more: journalctl -u ssh -u sshd -n 20',
  },
  {
    code: 'LOGIN_TIMEOUT',
    is: ({ fault, tried }) => fault.during !== undefined && !sentPassword(tried),
    message: ({ target, fault }) => `${late(target, fault)}: ${fault.message}`,
    hint: ({ target }) =>
      `is it too busy? wait longer with -T 30, or fewer at once with -f 10; by hand: ${sshCommand(target)}`,
  },
  {
    code: 'PASSWORD_TIMEOUT',
    is: ({ fault }) => fault.during !== undefined,
    message: ({ target, fault }) => `${late(target, fault)}: ${fault.message} to the password`,
    hint: ({ target }) => `the password is not tried again; by hand: ${sshCommand(target)}`,
  },
  {
    code: 'UNREACHABLE',
    is: ({ fault }) => fault.level === 'client-socket' || typeof fault.code === 'string',
    message: ({ target, fault }) => networkCause(fault).message(target),
    hint: ({ target, fault }) => networkCause(fault).hint(target),
  },
  {
    code: 'UNREACHABLE',
    is: isProtocolError,
    message: ({ target }) => `the SSH key exchange with ${place(target)} failed`,
    hint: ({ target }) => `look at it by hand: ${sshCommand(target).replace('ssh', 'ssh -v')}`,
  },
  {
    code: 'UNREACHABLE',
    is: () => true,
    message: ({ target }) => `${place(target)} ended the SSH connection before the login`,
    hint: ({ target }) => `look at it by hand: ${sshCommand(target).replace('ssh', 'ssh -v')}`,
  },
]

const named = (method: string | undefined) =>
  method === 'publickey' || method === 'agent' ? 'key' : (method ?? 'login')

const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`

const late = (target: Target, { during }: LoginFault) =>
  during === 'login' ? account(target) : `${place(target)} is silent`

/** Whether ssh2 did not understand what the other side sent. */
export function isProtocolError({ fault: { code, during, level }, closed }: LoginEnd): boolean {
  return !closed && code === undefined && during === undefined && !level?.startsWith('client-')
}

/** Whether the host may still be judging a password: then it must not be sent again. */
const sentPassword = ({ methods }: Tried) =>
  methods.includes('password') || methods.includes('keyboard-interactive')
