import { spawn } from 'node:child_process'
import { Duplex } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConvecthubError } from '../errors.ts'
import type { Link } from './link.ts'
import type { Shared } from './shared.ts'
import { stoppable } from './stoppable.ts'
import { place, type Target } from './target.ts'

/** How long to wait for the last output of a failed ProxyCommand, ms. */
const LAST_WORDS_MS = 500

/** How to reach a host: over this stream, or directly by TCP when there is none. */
export interface Route {
  stream: Duplex | undefined
  /** The last output of a ProxyCommand; empty for other routes. */
  said(): Promise<string>
  close(): void
}

/**
 * Opens the route to a target: by its ProxyCommand, through its jump hosts, or directly. `open` logs in to a jump host.
 * Errors: UNREACHABLE, LOGIN_DROPPED, and those of `open` with the jump host's name in the message.
 */
export async function openRoute(
  target: Target,
  { jumps, signal }: Pick<Shared, 'jumps' | 'signal'>,
  open: (jump: Target) => Promise<Link>,
): Promise<Route> {
  if (target.proxyCommand !== undefined) return proxyRoute(target, target.proxyCommand)
  const jump = target.jumps.at(-1)
  if (!jump) return { stream: undefined, said: async () => '', close: () => {} }
  const link = await jumps
    .take(jump, () => open(jump))
    .catch((error) => {
      if (!(error instanceof ConvecthubError)) throw error
      const message = `jump host ${jump.address}: ${error.message}`
      throw new ConvecthubError(error.code, message, { ...error.details, host: target.host })
    })
  try {
    const stream = await stoppable(signal, link, () => link.forward(target.address, target.port))
    return { stream, said: async () => '', close: link.close }
  } catch (cause) {
    link.close()
    const { code, details } = cause as ConvecthubError
    throw code === 'LOGIN_DROPPED'
      ? // a broken link is worth another try
        new ConvecthubError(code, `${place(target)}: the connection to jump host ${jump.address} broke`, {
          ...details,
          host: target.host,
          cause,
        })
      : new ConvecthubError(
          'UNREACHABLE',
          `${place(target)} is not reached through jump host ${jump.address}`,
          {
            ...details,
            host: target.host,
            cause,
            hint: `is the machine on, and may the jump host reach it? ssh ${jump.address} nc -z ${target.address} ${target.port}`,
          },
        )
  }
}

/** Runs a ProxyCommand as ssh(1) does: in a shell, with %h, %p, %r, %n and %% replaced. */
function proxyRoute({ host, address, port, user, alias }: Target, command: string): Route {
  const tokens: Readonly<Record<string, string>> = {
    h: address,
    p: String(port),
    r: user,
    n: alias,
    '%': '%',
  }
  // the shell would interpret these characters; ssh refuses the same ones
  const odd = [address, user, alias].find((text) => /^-|[\s'"`$\\;&<>|(){}*?!]/.test(text))
  if (odd !== undefined)
    throw new ConvecthubError('SSH_CONFIG_OPTION', `a ProxyCommand cannot be given the name '${odd}'`, {
      host,
      hint: 'names of hosts and users for it are letters, digits and . _ - : @',
    })
  const text = command.replaceAll(/%([hprn%])/g, (_all, letter: string) => tokens[letter] ?? '')
  const child = spawn('/bin/sh', ['-c', `exec ${text}`], { stdio: ['pipe', 'pipe', 'pipe'] })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said = (said + chunk.toString('utf8')).slice(-1024)
  })
  child.stdin.on('error', () => {})
  const stream = Duplex.from({ readable: child.stdout, writable: child.stdin })
  stream.on('error', () => {})
  child.on('error', (error) => stream.destroy(error))
  const ended = new Promise((done) => child.on('close', done))
  ended.then(() => stream.destroy())
  return {
    stream,
    async said() {
      await Promise.race([ended, sleep(LAST_WORDS_MS)])
      return said.trim()
    },
    close: () => child.kill(),
  }
}
