import { systemReason } from '../system-error.ts'
import { place, type Target } from './target.ts'

/** What is wrong, and what to do about it. */
export interface Cause {
  message(target: Target): string
  hint(target: Target): string
}

const LOOK_AT_IT = 'is the machine on, and on this network?'

const SILENT: Cause = {
  message: (target) => `${place(target)} does not answer`,
  hint: ({ port }) =>
    `is the machine on, on this network, and lets its firewall port ${port} in? for a slow network, wait longer: -T 30`,
}

const UNKNOWN_NAME: Cause = {
  message: ({ address }) => `the name ${address} is not known to DNS`,
  hint: () => 'correct ansible_host, or give an address there',
}

const NOT_ALLOWED: Cause = {
  message: (target) => `this computer may not connect to ${place(target)} (permission denied)`,
  hint: () => 'a firewall of this computer forbids it: nft list ruleset',
}

/** Why the network refused a connection, by node's error codes. */
const CAUSES: Readonly<Record<string, Cause>> = {
  ECONNREFUSED: {
    message: (target) => `nothing listens on ${place(target)} (connection refused)`,
    hint: ({ port }) => `is sshd running, and is ${port} its port?`,
  },
  ENOTFOUND: UNKNOWN_NAME,
  EAI_NONAME: UNKNOWN_NAME,
  EAI_AGAIN: {
    message: ({ address }) => `the name ${address} could not be looked up: no DNS server answered`,
    hint: () => 'give an address in ansible_host, or correct /etc/resolv.conf of this computer',
  },
  EHOSTUNREACH: {
    message: ({ address }) => `${address} does not answer (no route to host)`,
    hint: () => LOOK_AT_IT,
  },
  EHOSTDOWN: {
    message: ({ address }) => `${address} does not answer (host is down)`,
    hint: () => LOOK_AT_IT,
  },
  ENETUNREACH: {
    message: ({ address }) => `this computer has no route to ${address} (network is unreachable)`,
    hint: ({ address }) => `is it connected to that network? its routes: ip route get ${address}`,
  },
  ENETDOWN: {
    message: ({ address }) => `the network to ${address} is down`,
    hint: ({ address }) => `look at the network of this computer: ip route get ${address}`,
  },
  ETIMEDOUT: SILENT,
  EACCES: NOT_ALLOWED,
  EPERM: NOT_ALLOWED,
  EADDRNOTAVAIL: {
    message: (target) => `this computer has no address or free port to reach ${place(target)} from`,
    hint: () => 'is ansible_host the address of a machine? for too many connections, fewer at once: -f 10',
  },
  EMFILE: {
    message: () => 'this computer allows no more open connections (too many open files)',
    hint: () => 'allow more: ulimit -n 4096, or fewer at once: -f 10',
  },
}

/** The cause behind an error of a socket. */
export function networkCause(error: { code?: unknown }): Cause {
  return (
    CAUSES[String(error.code)] ?? {
      message: (target) => `${place(target)} cannot be reached: ${systemReason(error)}`,
      hint: () => LOOK_AT_IT,
    }
  )
}

/** Why a connection that was logged in has ended. */
export function linkReason(error: Error & { level?: unknown }): string {
  return error.level === 'client-timeout' ? 'the host does not answer any more' : systemReason(error)
}
