import { randomBytes } from 'node:crypto'
import { afterEach, expect, it, vi } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Target } from '../../src/transport/target.ts'
import { endlessBlocks } from './helpers/blocks.ts'
import {
  announceKeys,
  type BadServer,
  type ExecRequest,
  runReally,
  sshServer,
} from './helpers/misbehaving-server.ts'
import { failure, until } from './helpers/wait.ts'

let server: BadServer

afterEach(() => {
  vi.useRealTimers()
  server?.stop()
})

const options = { name: 'test', timeoutMs: 15_000 }

async function echo(over: Partial<Target> = {}): Promise<string> {
  const host = await connect(server.target(over))
  try {
    return (await host.run(sh`echo in`, options)).output
  } finally {
    host.close()
  }
}

const gone = () => until('the end of all connections', () => server.open() === 0, 3000)

it('a refused command is NO_SHELL, and the connection does not stay open', async () => {
  server = await sshServer({ exec: ({ reject }) => reject() })
  const error = await failure(echo())
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  await gone()
})

it('a server that tells its host keys is not left without an answer', async () => {
  server = await sshServer({ before: announceKeys, exec: runReally })
  // a sign of life would be data as well
  expect(await echo({ keepaliveMs: 0 })).toBe('in')
})

it('a command that is never answered is given up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let asked = false
  server = await sshServer({
    exec: () => {
      asked = true
    },
  })
  let error: unknown
  echo().catch((reason) => {
    error = reason
  })
  const turn = () => new Promise((resolve) => setImmediate(resolve))
  while (!asked) await turn()
  await vi.advanceTimersByTimeAsync(120_000)
  for (let i = 0; i < 100; i++) await turn()
  expect(error).toMatchObject({ name: 'ConvecthubError', exit: 'unreachable' })
})

const close = (request: ExecRequest, code?: number) => {
  const channel = request.accept()
  if (code !== undefined) channel.exit(code)
  channel.close()
}

it.each([
  { what: 'closed without output', exec: (request: ExecRequest) => close(request), words: /ended at once$/ },
  { what: 'an exit code', exec: (request: ExecRequest) => close(request, 9), words: /code 9/ },
  {
    what: 'a signal',
    exec: (request: ExecRequest) => {
      const channel = request.accept()
      channel.exit('KILL', false, 'out of memory')
      channel.close()
    },
    words: /ended at once/,
  },
])('a command that ends at once is NO_SHELL: $what', async ({ exec, words }) => {
  server = await sshServer({ exec })
  const error = await failure(echo())
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  expect(error.message).toMatch(words)
  await gone()
})

it('of 20 MB on stderr, the last 4 KiB at most are shown', async () => {
  server = await sshServer({
    exec: async ({ accept }) => {
      const channel = accept()
      for (let i = 0; i < 320; i++) {
        if (!channel.stderr.write(Buffer.alloc(65_536, 'x')))
          await new Promise((go) => channel.stderr.once('drain', go))
      }
      await new Promise((go) => channel.stderr.write('the last words', go))
      channel.exit(1)
      channel.close()
    },
  })
  const error = await failure(echo(), 20_000)
  expect(error.code).toBe('NO_SHELL')
  expect(error.details.evidence).toMatch(/the last words$/)
  expect(Buffer.byteLength(error.details.evidence ?? '')).toBeLessThanOrEqual(4096)
})

it('binary junk instead of a shell is NO_SHELL', async () => {
  server = await sshServer({
    exec: ({ accept }) => {
      const channel = accept()
      channel.write(randomBytes(1_000_000))
      channel.exit(1)
      channel.end()
    },
  })
  expect(await failure(echo())).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
})

it('a server that vanishes in the middle of a file is LOST', async () => {
  let got = 0
  server = await sshServer({
    exec: (request) => {
      runReally(request).on('data', (chunk: Buffer) => {
        got += chunk.length
        if (got > 500_000) server.vanish()
      })
    },
  })
  const host = await connect(server.target())
  const error = await failure(host.feed(sh`cat >/dev/null`, endlessBlocks(), options))
  expect(error).toMatchObject({ code: 'LOST', exit: 'failed' })
  expect((await failure(host.run(sh`:`, options))).code).toBe('LOST')
})

it('a server that vanishes while a job runs is LOST', async () => {
  server = await sshServer({ exec: runReally })
  const host = await connect(server.target())
  const job = host.run(sh`echo begun; sleep 300`, { ...options, onLine: () => server.vanish() })
  expect(await failure(job)).toMatchObject({ code: 'LOST', exit: 'failed' })
})
