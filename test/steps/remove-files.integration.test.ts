import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Change } from '../../src/engine/change.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { file } from '../../src/facts/file.ts'
import { removeFiles } from '../../src/steps/remove-files.ts'
import { removePackages } from '../../src/steps/reset.ts'
import { OWN_PATHS } from '../../src/steps/reset-places.ts'
import { fileOf, is, leftoversOf, recordOf } from '../helpers/fake-facts.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const desired = testDesired()
const K3S = '/usr/local/bin/k3s'
const record = (files: string[], packages: string[] = []) => [
  ...recordOf({ files, packages }),
  is(file('/var/lib/convecthub'), fileOf({ type: 'directory', mode: '755' })),
]
const left = (more: Parameters<typeof leftoversOf>[1]) => leftoversOf(OWN_PATHS, more)

let host: LocalHost
beforeEach(() => {
  host = localHost()
})
afterEach(() => host.remove())

const runHere = (change: Change | undefined) => {
  if (change?.kind !== 'run') throw new Error('the plan has no such change')
  const script = renderChanges([[0, change]], 'test', marks('@@x'))
  return host.connection.run(script, { name: 'test', timeoutMs: 1000 })
}

it('removes exactly the recorded paths, and its own record', async () => {
  const at = (name: string) => join(host.folder, name)
  mkdirSync(host.state)
  // the last one is left by a power cut while a file was written
  for (const name of ['a.tgz', '.b.tgz.part', 'theirs', 'gone.tgz.part']) writeFileSync(at(name), '')
  writeFileSync(join(host.bin, 'systemctl'), '#!/bin/sh\n')
  chmodSync(join(host.bin, 'systemctl'), 0o755)
  const w1 = [...record(['a.tgz', '.b.tgz.part', 'theirs', 'gone.tgz'].map(at)), left({})]
  const own = testDesired({ workdir: host.folder })
  const { code } = await runHere(planStep(removeFiles, own, 'w1', { w1 })[0])
  expect(code).toBe(0)
  const names = ['a.tgz', '.b.tgz.part', 'theirs', 'state', 'gone.tgz.part']
  expect(names.filter((name) => existsSync(at(name)))).toEqual(['theirs'])
})

it('removes folders that we made when they are empty, and keeps those with other people’s files', async () => {
  const at = (name: string) => join(host.folder, name)
  for (const name of ['a/theirs', 'a/b/ours', 'other']) mkdirSync(at(name), { recursive: true })
  writeFileSync(join(host.bin, 'systemctl'), '#!/bin/sh\n')
  chmodSync(join(host.bin, 'systemctl'), 0o755)
  const folders = ['a', 'a/b', 'a/b/ours', 'a/b/ours/gone', 'other'].map(at)
  const w1 = [...record([]), ...recordOf({ folders }), left({})]
  const own = testDesired({ workdir: at('a/b/ours') })
  const { code } = await runHere(planStep(removeFiles, own, 'w1', { w1 })[0])
  expect(code).toBe(0)
  expect(['a', 'a/theirs', 'a/b', 'other'].filter((name) => existsSync(at(name)))).toEqual([
    'a',
    'a/theirs',
    'other',
  ])
})

it('drops packages from the record that people have removed themselves', async () => {
  mkdirSync(host.state)
  writeFileSync(join(host.state, 'owned'), `file ${K3S}\npackage conntrack\n`)
  writeFileSync(join(host.bin, 'dpkg-query'), '#!/bin/sh\nexit 1\n')
  chmodSync(join(host.bin, 'dpkg-query'), 0o755)
  const [purge] = planStep(removePackages, desired, 'w1', { w1: record([], ['conntrack']) })
  expect((await runHere(purge)).code).toBe(0)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe(`file ${K3S}\n`)
})
