import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { makeProbe } from '../../src/facts/fact.ts'
import { installedPackage } from '../../src/facts/packages.ts'

const FORMAT = `\${Package} \${db:Status-Status} \${Version}\n`
const packages = spawnSync('dpkg-query', ['-W', '-f', FORMAT], { encoding: 'utf8' }).stdout

it.skipIf(!packages)('reads the same versions as dpkg-query prints', () => {
  const wanted = new Map<string, string>()
  for (const line of packages.trim().split('\n')) {
    const [name = '', status, version = ''] = line.split(' ')
    if (status === 'installed') wanted.set(name, version)
  }
  const facts = makeProbe([...wanted.keys()].map(installedPackage))
  const { stdout } = spawnSync('sh', ['-c', facts.script.reveal()], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  const answers = facts.read(stdout)
  const found = [...wanted.keys()].map((name) => [name, answers.get(installedPackage(name))])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
})
