import { setTimeout as sleep } from 'node:timers/promises'
import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import { bootstrap } from './bootstrap.ts'
import type { Connection } from './connection.ts'
import { localChannel } from './local.ts'
import { openSession } from './session.ts'
import { Shared } from './shared.ts'
import type { StartChannel } from './shell.ts'
import { sshConnect } from './ssh.ts'
import { sshCommand } from './ssh-command.ts'
import { stoppable, stopped } from './stoppable.ts'
import type { Target } from './target.ts'

/** sshd drops some logins at random when many arrive at once (MaxStartups), so a dropped login is tried again. */
const TRIES = 5

/** How long the login shell and sudo may take until the root shell answers, ms. */
const START_MS = 30_000

/**
 * Opens a root shell on the target, over SSH or on this machine. `shared` is what all connections of a run share.
 * Errors: those of sshConnect and openSession, INTERRUPTED.
 */
export async function connect(target: Target, shared = new Shared()): Promise<Connection> {
  if (target.connection === 'local') {
    const { boot, options } = opening(target, shared)
    const channel = localChannel(boot.command)
    const start = async () => channel
    return openSession(target.host, start, boot, { ...options, disconnect: () => channel.close() })
  }
  const { signal } = shared
  for (let left = TRIES; ; left--) {
    try {
      const link = await sshConnect(target, shared)
      const { boot, options } = opening(target, shared, link.withheld)
      const start: StartChannel = ({ terminal }) => link.exec(boot.command, { ms: START_MS, terminal })
      const session = { ...options, disconnect: link.close }
      return await stoppable(signal, link, () => openSession(target.host, start, boot, session)).catch(
        (error) => {
          link.close()
          throw error
        },
      )
    } catch (error) {
      if (signal?.aborted) throw stopped(target.host)
      const dropped = error instanceof ConvecthubError && error.code === 'LOGIN_DROPPED'
      if (left === 1 || !dropped) throw error
      await sleep(200 + Math.random() * 800, undefined, { signal }).catch(() => {
        throw stopped(target.host)
      })
    }
  }
}

/** `withheld`: why no password may be sent to this host. */
function opening(target: Target, { places }: Shared, withheld?: ErrorDetails) {
  const { becomeUser, becomePassword, connection } = target
  const password = withheld ? undefined : becomePassword
  return {
    boot: bootstrap({ becomeUser, askPassword: password !== undefined, places }),
    options: {
      password,
      withheld: becomePassword && withheld,
      byHand: connection === 'local' ? 'sudo true' : `${sshCommand(target)} sudo true`,
      startMs: START_MS,
    },
  }
}
