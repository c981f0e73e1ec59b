import { spawn } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { awaitJobs, jobs } from '../../src/engine/jobs.ts'
import { probe } from '../../src/engine/probe.ts'
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

it('jobs that are under way or about to begin are found, those that ended or died are not', async () => {
  const alive = spawn('sleep', ['300'])
  const going = spawn('sh', ['-c', 'sleep 300', join(run, 'packages')])
  try {
    put({ 'packages.sh': '', 'packages.pid': `${going.pid}\n` })
    put({ 'images.sh': '' })
    put({ 'docker.sh': '', 'docker.pid': `${going.pid}\n`, 'docker.code': '0\n' })
    put({ 'nvidia.sh': '', 'nvidia.pid': `${alive.pid}\n` })
    put({ 'gone.sh': '', 'gone.pid': '4194303\n' })
    expect(await found()).toEqual(['images', 'packages'])
  } finally {
    alive.kill()
    going.kill()
  }
})

it('of what stands there only names of jobs are taken, and no more than a run can leave', () => {
  const names = ['a', 'b c', '$(reboot)', 'x'.repeat(50), 'b', 'c', 'd', 'e']
  expect(parseFact(jobs, names.join('\n'))).toEqual(['a', 'b', 'c'])
})

it('a job that was about to begin and never did is forgotten after a wait', async () => {
  put({ 'images.sh': '', 'images.log': '' })
  const silent = () => {}
  await awaitJobs(host.connection, ['images'], silent, new AbortController().signal)
  expect(await found()).toEqual([])
})

it('a job ends with the code of its text, and what it printed comes over', async () => {
  const job = rawSh(`${template('remote/library.sh')}\necho 'echo one; echo two; exit 9' | cvh_job made`)
  const result = await host.connection.run(job, { name: 'job', timeoutMs: 10_000 })
  expect(result).toMatchObject({ code: 9, output: 'one\ntwo' })
  expect(await found()).toEqual([])
  rmSync(join(run, 'made.code'))
})
