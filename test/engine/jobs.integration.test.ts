import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Change } from '../../src/engine/change.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import { awaitJobs, jobDigest, settleJob } from '../../src/engine/jobs.ts'
import { probe } from '../../src/engine/probe.ts'
import { type Job, jobs } from '../../src/facts/jobs.ts'
import { rawSh } from '../../src/sh.ts'
import { template } from '../../src/templates.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { parseFact } from '../helpers/parse-fact.ts'

let host: LocalHost
let run: string
beforeEach(() => {
  host = localHost()
  run = join(host.folder, 'run')
  mkdirSync(run)
})
afterEach(() => host.remove())

const put = (files: Readonly<Record<string, string>>) => {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(run, name), text)
}
const found = async () => (await probe(host.connection, [jobs], new AbortController().signal)).get(jobs)
const names = async () => (await found()).map(({ name }) => name)
const job = (name: string, digest = ''): Job => ({ name, ms: 0, digest })

it('finds jobs that are running or about to start, but not those that ended or died', async () => {
  const alive = spawn('sleep', ['300'])
  const running = spawn('sh', ['-c', 'sleep 300', join(run, 'packages')])
  try {
    put({ 'packages.sh': '', 'packages.pid': `${running.pid}\n` })
    put({ 'images.sh': '' })
    put({ 'docker.sh': '', 'docker.pid': `${running.pid}\n`, 'docker.code': '0\n' })
    put({ 'nvidia.sh': '', 'nvidia.pid': `${alive.pid}\n` })
    put({ 'gone.sh': '', 'gone.pid': '4194303\n' })
    expect(await names()).toEqual(['images', 'packages'])
  } finally {
    alive.kill()
    running.kill()
  }
})

it('accepts only valid job names, and no more jobs than the limit', () => {
  const digest = 'a'.repeat(64)
  const words = ['a', 'b c', '$(reboot)', 'x'.repeat(50), 'b', 'c', 'd', 'e']
  const lines = words.map((name, i) => `job ${i * 60} ${digest} ${name}`)
  expect(parseFact(jobs, lines.join('\n'))).toEqual([
    { name: 'a', ms: 0, digest },
    { name: 'b', ms: 240_000, digest },
    { name: 'c', ms: 300_000, digest },
  ])
})

it('forgets a job that never started after waiting for it', async () => {
  put({ 'images.sh': '', 'images.log': '' })
  const silent = () => {}
  await awaitJobs(host.connection, [job('images')], silent, new AbortController().signal)
  expect(await found()).toEqual([])
})

it('returns the exit code and the output of a job', async () => {
  const job = rawSh(`${template('remote/library.sh')}\necho 'echo one; echo two; exit 9' | cvh_job made`)
  const result = await host.connection.run(job, { name: 'job', timeoutMs: 10_000 })
  expect(result).toMatchObject({ code: 9, output: 'one\ntwo' })
  expect(await found()).toEqual([])
  rmSync(join(run, 'made.code'))
})

it.each([
  { what: 'waits for a job that is still wanted', wanted: true, code: '0\n' },
  { what: 'stops a job that is no longer wanted', wanted: false, code: undefined },
])('$what, and emits that', async ({ wanted, code }) => {
  const text = rawSh(`until [ -e ${join(host.folder, 'go')} ]; do sleep 0.05; done`)
  const begin = rawSh(
    `${template('remote/library.sh')}\n(printf '%s\\n' '${text.reveal()}' | cvh_job made) >/dev/null 2>&1 &\ncvh_within ${run}/made.pid`,
  )
  await host.connection.run(begin, { name: 'begin', timeoutMs: 10_000 })
  const [left] = await found()
  expect(left).toMatchObject({ name: 'made', digest: jobDigest(text) })
  const script = wanted ? text : rawSh('something else')
  const emitted: EngineEvent[] = []
  const emit = (event: EngineEvent) => {
    emitted.push(event)
    if (wanted) writeFileSync(join(host.folder, 'go'), '')
  }
  const change: Change = { kind: 'run', sign: '~', title: 'x', timeoutMs: 1, durable: true, script }
  const { signal } = new AbortController()
  await settleJob(host.connection, left as Job, [change], { owner: 'the test', emit, signal })
  expect(emitted[0]).toMatchObject({ event: 'waiting', job: 'made', ...(!wanted && { ends: true }) })
  expect(await found()).toEqual([])
  expect(existsSync(join(run, 'made.code')) ? readFileSync(join(run, 'made.code'), 'utf8') : undefined).toBe(
    code,
  )
})
