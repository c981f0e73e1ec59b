import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { blocksOf } from './helpers/blocks.ts'
import { testTarget } from './helpers/test-target.ts'
import { alive, failure, pidIn, until } from './helpers/wait.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-local-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const target = testTarget({
  connection: 'local',
  address: 'not looked at',
  keyFiles: ['/not/looked/at'],
  connectTimeoutMs: 1,
})
const options = { name: 'test', timeoutMs: 10_000 }

it('runs jobs and writes files without SSH, in one command', async () => {
  const host = await connect(target)
  const path = join(folder, 'file')
  expect(await host.run(sh`id -u; exit 3`, options)).toMatchObject({ code: 3, output: '0' })
  await host.feed(sh`cat >${path}`, blocksOf(Buffer.from('data'), 3), options)
  expect(readFileSync(path, 'utf8')).toBe('data')
  expect(host.execs).toBe(1)
  host.close()
})

it('ends a running job on close', async () => {
  const host = await connect(target)
  const file = join(folder, 'pid')
  const job = failure(host.run(sh`echo $$ >${file}; sleep 300`, options))
  const pid = await pidIn(file)
  host.close()
  try {
    expect((await job).code).toBe('LOST')
    await until('the end of the job', () => !alive(pid), 3000)
  } finally {
    if (alive(pid)) process.kill(-pid, 'SIGKILL')
  }
})
