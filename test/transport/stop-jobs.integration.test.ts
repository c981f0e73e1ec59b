import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { parentOf, type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { alive, failure, pidIn, settled, until } from './helpers/wait.ts'

let sshd: RealSshd
let host: Connection
let pidFile: string
let childFile: string

beforeAll(async () => {
  sshd = await realSshd()
})
beforeEach(async () => {
  host = await connect(sshd.target())
  pidFile = `${sshd.folder}/${randomUUID()}`
  childFile = `${pidFile}.child`
  return () => {
    host.close()
    for (const group of existsSync(pidFile) ? [Number(readFileSync(pidFile, 'utf8'))] : [])
      if (alive(group)) process.kill(-group, 'SIGKILL')
  }
})
afterAll(() => sshd?.stop())

const options = { name: 'wait for nothing', timeoutMs: 15_000 }

/** A job that would run for minutes, with a child and a grandchild. */
const endless = () => sh`
  echo $$ >${pidFile}
  sh -c 'sleep 300 & echo $! >"$1"; wait' sh ${childFile} &
  echo begun
  wait`

async function begun(): Promise<number[]> {
  const pids = [await pidIn(pidFile), await pidIn(childFile)]
  expect(pids.map(alive)).toEqual([true, true])
  return pids
}

const ended = (pids: readonly number[]) => until(`the end of ${pids}`, () => !pids.some(alive))

it('ends the job and all its children on abort, and the connection goes on', async () => {
  const stop = new AbortController()
  const job = host.run(endless(), { ...options, signal: stop.signal })
  const pids = await begun()
  stop.abort()
  expect((await job).code).toBe(143)
  await ended(pids)
  expect((await host.run(sh`echo on`, options)).output).toBe('on')
  expect(host.execs).toBe(1)
})

it.each([
  { when: 'at once', pause: () => {} },
  { when: 'in the next turn', pause: () => new Promise((resolve) => setImmediate(resolve)) },
])('ends a job that is aborted right after its start: $when', async ({ pause }) => {
  await host.run(sh`:`, options)
  const stop = new AbortController()
  const job = host.run(endless(), { ...options, signal: stop.signal })
  await pause()
  stop.abort()
  const code = await settled(job).then(
    (result) => result.code,
    (error) => error.code,
  )
  expect([143, 'ABORTED', 'LOST']).toContain(code)
})

it('does not start a job whose signal is already aborted', async () => {
  const job = host.run(sh`sleep 1`, { ...options, signal: AbortSignal.abort() })
  const code = await settled(job).then(
    (result) => result.code,
    () => 'an error',
  )
  expect(code).not.toBe(0)
})

it.each([
  { deadline: { timeoutMs: 700 }, words: /wait for nothing: not finished/ },
  { deadline: { timeoutMs: 15_000, idleMs: 700 }, words: /wait for nothing: no sign of life/ },
])(
  'names the job and shows its last output when a deadline passes: $deadline',
  async ({ deadline, words }) => {
    const job = failure(host.run(endless(), { name: 'wait for nothing', ...deadline }))
    const pids = await begun()
    const error = await job
    expect(error).toMatchObject({ code: 'TIMEOUT', exit: 'failed', details: { evidence: 'begun' } })
    expect(error.message).toMatch(words)
    await ended(pids)
    expect((await failure(host.run(sh`echo on`, options))).code).toBe('TIMEOUT')
  },
)

it('a job that keeps printing is not idle', async () => {
  const { output } = await host.run(sh`for i in 1 2 3 4 5 6; do sleep 0.2; echo $i; done`, {
    ...options,
    idleMs: 900,
  })
  expect(output).toBe('1\n2\n3\n4\n5\n6')
})

it('ends a running job on close, and fails its promise', async () => {
  const job = failure(host.run(endless(), options))
  const pids = await begun()
  host.close()
  expect((await job).code).toBe('LOST')
  await ended(pids)
})

it('ends the children of a finished job on close', async () => {
  await host.run(sh`sleep 300 & echo $! >${childFile}`, options)
  const pid = await pidIn(childFile)
  expect(alive(pid)).toBe(true)
  host.close()
  await ended([pid])
})

it('a killed sshd fails the running job and all later ones as LOST, and ends the job on the host', async () => {
  const job = failure(host.run(endless(), options))
  const pids = await begun()
  const session = parentOf(pids[0] as number)
  const server = parentOf(session)
  expect(parentOf(server), 'sshd and its child for root').toBe(sshd.pid)
  process.kill(server, 'SIGKILL')
  const error = await job
  expect(error).toMatchObject({ code: 'LOST', exit: 'failed' })
  expect(error.details.hint).toContain('same command again')
  await ended(pids)
  expect((await failure(host.run(sh`echo on`, options))).code).toBe('LOST')
})

it('reports a killed root shell as LOST', async () => {
  const job = failure(host.run(endless(), options))
  const [pid] = await begun()
  process.kill(-(pid as number), 'SIGTERM')
  process.kill(parentOf(pid as number), 'SIGKILL')
  expect((await job).code).toBe('LOST')
})
