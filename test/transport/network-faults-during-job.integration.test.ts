import { writeFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, vi } from 'vitest'
import type { ConvecthubError } from '../../src/errors.ts'
import { rawSh, sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Connection, RunOptions } from '../../src/transport/connection.ts'
import { endlessBlocks } from './helpers/blocks.ts'
import { it as base } from './helpers/fixtures.ts'
import { type BadServer, runReally, sshServer } from './helpers/misbehaving-server.ts'
import { realSshd } from './helpers/real-sshd.ts'
import { failure, until } from './helpers/wait.ts'

let bad: BadServer | undefined

afterEach(() => {
  vi.useRealTimers()
  bad?.stop()
  bad = undefined
})

const options = { name: 'test', timeoutMs: 15_000 }
const it = base
  .extend(
    'login',
    ({ sshd, proxy }) =>
      () =>
        connect(sshd.target({ port: proxy.port, hostKeyChecking: 'no' })),
  )
  .extend(
    'gone',
    ({ proxy }) =>
      () =>
        until('the end of all connections', () => proxy.open() === 0, 5000),
  )

/** Starts a job that prints one line and is then silent. Returns its failure. */
async function silentJob(host: Connection, more: Partial<RunOptions> = {}) {
  let begun = false
  const onLine = () => {
    begun = true
  }
  const failed = failure(host.run(sh`echo begun; sleep 300`, { ...options, ...more, onLine }), 8000)
  failed.catch(() => {})
  await until('the job', () => begun)
  return { failed }
}

it.for(['up', 'down'] as const)(
  'reports a connection half-closed in direction %s during a job as LOST',
  async (way, { proxy, login, gone }) => {
    const host = await login()
    const { failed } = await silentJob(host)
    proxy.halfClose(way)
    expect(await failed).toMatchObject({ code: 'LOST', exit: 'failed' })
    expect((await failure(host.run(sh`:`, options))).code).toBe('LOST')
    await gone()
  },
)

it('reports a shell that a signal ends during a job as LOST', async () => {
  bad = await sshServer({
    exec: (request) => {
      const channel = runReally(request)
      channel.stdin.on('data', (chunk: Buffer) => {
        if (!chunk.includes('the second job')) return
        channel.exit('KILL', false, 'out of memory')
        channel.close()
      })
    },
  })
  const host = await connect(bad.target())
  await host.run(sh`:`, options)
  const error = await failure(host.run(sh`echo the second job; sleep 300`, options))
  expect(error).toMatchObject({ code: 'LOST', exit: 'failed' })
  expect((await failure(host.run(sh`:`, options))).code).toBe('LOST')
  await until('the end of all connections', () => bad?.open() === 0)
})

it('fails within the idle deadline when the host stops reading', async () => {
  bad = await sshServer({
    exec: (request) => {
      const channel = runReally(request)
      let got = 0
      channel.on('data', (chunk: Buffer) => {
        got += chunk.length
        if (got > 100_000) channel.unpipe().pause()
      })
    },
  })
  const host = await connect(bad.target())
  const sending = host.feed(sh`cat >/dev/null`, endlessBlocks(), { ...options, idleMs: 1000 })
  const error = await failure(sending, 10_000)
  expect(error).toMatchObject({ code: 'TIMEOUT', exit: 'failed' })
  expect(error.message).toContain('test: no sign of life')
  await until('the end of all connections', () => bad?.open() === 0)
})

it('keepalives detect a dead link during a silent job', async ({ proxy, login, gone }) => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const host = await login()
  let error: ConvecthubError | undefined
  const { failed } = await silentJob(host)
  failed.then((reason) => {
    error = reason
  })
  proxy.hole()
  // keepalives may take up to a minute
  for (let s = 0; s < 60 && !error; s += 5) {
    vi.advanceTimersByTime(5000)
    await new Promise((resolve) => setImmediate(resolve))
  }
  await until('the error', () => error)
  expect(error).toMatchObject({ code: 'LOST', exit: 'failed' })
  await gone()
})

it('leaves no socket open after a deadline on a dead link', async ({ proxy, login, gone }) => {
  const host = await login()
  const { failed } = await silentJob(host, { idleMs: 1500 })
  proxy.hole()
  expect((await failed).code).toBe('TIMEOUT')
  await gone()
})

it('leaves no socket open after close() on a dead link', async ({ proxy, login, gone }) => {
  const host = await login()
  await host.run(sh`:`, options)
  proxy.hole()
  host.close()
  await gone()
})

it('close() on a dead link fails the running job', async ({ proxy, login }) => {
  const host = await login()
  const { failed } = await silentJob(host)
  proxy.hole()
  host.close()
  expect((await failed).code).toBe('LOST')
})

/** Memory in use after a garbage collection, bytes. Not the RSS, which node gives back when it likes. */
function held(): number {
  setFlagsFromString('--expose-gc')
  runInNewContext('gc')()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

/** The highest growth of memory in use during `work`, bytes. */
async function growth(work: Promise<unknown>): Promise<number> {
  const before = held()
  let most = 0
  const look = setInterval(() => {
    most = Math.max(most, held() - before)
  }, 50)
  await work.finally(() => clearInterval(look))
  return most
}

it('ends a job with 100 MB on stderr without using memory for it', async ({ sshd }) => {
  const [start, flooded] = [`${sshd.folder}/start`, `${sshd.folder}/flooded`]
  const script = sshd.write(
    'flood',
    `{ until [ -e ${start} ]; do sleep 0.05; done; head -c 100000000 /dev/zero | tr '\\0' x >&2; : >${flooded}; } &
eval "$SSH_ORIGINAL_COMMAND"`,
  )
  const noisy = await realSshd([`ForceCommand . ${script}`])
  try {
    const host = await connect(noisy.target())
    await host.run(sh`:`, options)
    const job = host.run(sh`: >${start}; until [ -e ${flooded} ]; do sleep 0.05; done; echo on`, {
      ...options,
      timeoutMs: 25_000,
    })
    const ended = failure(job)
    const grown = await growth(ended)
    expect(await ended).toMatchObject({ code: 'TOO_MUCH_OUTPUT', exit: 'failed' })
    expect(grown).toBeLessThan(100e6)
  } finally {
    noisy.stop()
  }
})

it('ends a job with a line of 200 MB on stdout without using memory for it', async ({ login, gone }) => {
  const host = await login()
  await host.run(sh`:`, options)
  const job = host.run(sh`head -c 200000000 /dev/zero | tr '\\0' x; echo; echo on`, {
    ...options,
    timeoutMs: 25_000,
  })
  const ended = failure(job)
  const grown = await growth(ended)
  expect(await ended).toMatchObject({ code: 'TOO_MUCH_OUTPUT', exit: 'failed' })
  expect(grown).toBeLessThan(100e6)
  await gone()
})

it('passes on binary junk in the output, and the next job is not affected', async ({ sshd, login, gone }) => {
  const junk = sshd.write('junk', '')
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919 + (i >> 8)) & 0xff))
  writeFileSync(junk, bytes)
  const host = await login()
  expect((await host.run(sh`cat ${junk}; exit 7`, options)).code).toBe(7)
  expect(await host.run(sh`echo on`, options)).toMatchObject({ code: 0, output: 'on' })
  host.close()
  await gone()
})

it('junk and foreign marks between jobs end no job', async () => {
  bad = await sshServer({
    exec: (request) => {
      const channel = runReally(request)
      channel.on('data', (chunk: Buffer) => {
        if (chunk.includes('junk please'))
          channel.write(Buffer.concat([Buffer.from([0xff, 0xfe, 0, 10]), Buffer.from('\n@@0123 end 2 0\n')]))
      })
    },
  })
  const host = await connect(bad.target())
  await host.run(sh`:`, options)
  expect(await host.run(rawSh('# junk please\nsleep 0.3; exit 5'), options)).toMatchObject({ code: 5 })
  expect(await host.run(sh`echo on`, options)).toMatchObject({ code: 0, output: 'on' })
  host.close()
})
