import { setTimeout as sleep } from 'node:timers/promises'
import { ConvecthubError } from '../errors.ts'
import { bootstrap } from './bootstrap.ts'
import type { Connection } from './connection.ts'
import { localChannel } from './local.ts'
import { openSession } from './session.ts'
import { sshConnect } from './ssh.ts'
import type { Target } from './target.ts'

/** sshd drops some logins at random when many come at once (MaxStartups), so a reset during login is tried again. */
const TRIES = 3

/** How long login shell and sudo may take before the root shell answers, ms. */
const START_MS = 30_000

/** A root shell on the target, by SSH or on this machine. Errors: those of sshConnect and openSession. */
export async function connect(target: Target): Promise<Connection> {
  const boot = bootstrap({ become: 'root', askPassword: target.becomePassword !== undefined })
  const options = { password: target.becomePassword, startMs: START_MS }
  if (target.connection === 'local') {
    const channel = localChannel(boot.command)
    return openSession(target.host, channel, boot, { ...options, disconnect: () => channel.close() })
  }
  for (let left = TRIES; ; left--) {
    try {
      const link = await sshConnect(target)
      const channel = await link.exec(boot.command, START_MS).catch((error) => {
        link.close()
        throw error
      })
      return openSession(target.host, channel, boot, { ...options, disconnect: link.close })
    } catch (error) {
      const dropped = error instanceof ConvecthubError && error.code === 'LOGIN_DROPPED'
      if (left === 1 || !dropped) throw error
      await sleep(200 + Math.random() * 800)
    }
  }
}
