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

it('reports a refused command as NO_SHELL and closes the connection', async () => {
  server = await sshServer({ exec: ({ reject }) => reject() })
  const error = await failure(echo())
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  await gone()
})

it('does not hang on a server that announces its host keys after login', async () => {
  server = await sshServer({ before: announceKeys, exec: runReally })
  // without keepalives, which would also make the server go on
  expect(await echo({ keepaliveMs: 0 })).toBe('in')
})

it('gives up on a command that gets no answer', async () => {
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
  { what: 'without output', exec: (request: ExecRequest) => close(request), words: /ended at once$/ },
  { what: 'with an exit code', exec: (request: ExecRequest) => close(request, 9), words: /code 9/ },
  {
    what: 'by a signal',
    exec: (request: ExecRequest) => {
      const channel = request.accept()
      channel.exit('KILL', false, 'out of memory')
      channel.close()
    },
    words: /ended at once/,
  },
])('reports a command that ends at once as NO_SHELL: $what', async ({ exec, words }) => {
  server = await sshServer({ exec })
  const error = await failure(echo())
  expect(error).toMatchObject({ code: 'NO_SHELL', exit: 'unreachable' })
  expect(error.message).toMatch(words)
  await gone()
})

it('shows at most the last 4 KiB of 20 MB on stderr', async () => {
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

it('reports binary junk instead of a shell as NO_SHELL', async () => {
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

it('reports a server that vanishes during an upload as LOST', async () => {
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

it('reports a server that vanishes during a job as LOST', async () => {
  server = await sshServer({ exec: runReally })
  const host = await connect(server.target())
  const job = host.run(sh`echo begun; sleep 300`, { ...options, onLine: () => server.vanish() })
  expect(await failure(job)).toMatchObject({ code: 'LOST', exit: 'failed' })
})
