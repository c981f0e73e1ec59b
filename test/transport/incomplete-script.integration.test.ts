import { existsSync } from 'node:fs'
import { expect } from 'vitest'
import { rawSh, sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { endlessBlocks } from './helpers/blocks.ts'
import { it } from './helpers/fixtures.ts'
import { alive, failure, until } from './helpers/wait.ts'

let made = 0

const options = { name: 'test', timeoutMs: 15_000 }

// a line that is cut off may mean something else: `rm -rf /opt/a` instead of `rm -rf /opt/a.old`
it.for([
  { by: 'run', give: (host: Connection, script: ReturnType<typeof sh>) => host.run(script, options) },
  {
    by: 'feed',
    give: (host: Connection, script: ReturnType<typeof sh>) => host.feed(script, endlessBlocks(), options),
  },
])('$by executes nothing of a script that was cut off', async ({ give }, { sshd, proxy }) => {
  proxy.plan(() => ({ up: { cutAt: 150_000, how: 'fin' } }))
  // several times, because a session that starts too early might be stopped in time by chance
  for (let i = 0; i < 4; i++) {
    const canary = `${sshd.folder}/half-${++made}`
    const host = await connect(sshd.target({ port: proxy.port, hostKeyChecking: 'no' }))
    const shell = Number((await host.run(sh`echo "$PPID"`, options)).output)
    expect(alive(shell)).toBe(true)
    const filler = `: ${'x'.repeat(98)}\n`.repeat(4000)
    const error = await failure(give(host, rawSh(`: >>${canary}\n${filler}`)), 10_000)
    expect(error).toMatchObject({ code: 'LOST', exit: 'failed' })
    await until('the end of the session', () => !alive(shell))
    expect(existsSync(canary), 'the part that came was carried out').toBe(false)
  }
})
