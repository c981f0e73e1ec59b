import { spawnSync } from 'node:child_process'
import { expect, it } from 'vitest'
import { probeScript } from '../../src/facts/fact.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { parseFact } from '../helpers/parse-fact.ts'

const FORMAT = `\${Package} \${db:Status-Status} \${Version}\n`
const packages = spawnSync('dpkg-query', ['-W', '-f', FORMAT], { encoding: 'utf8' }).stdout

it.skipIf(!packages)('what we read of dpkg is what dpkg-query says', () => {
  const wanted = new Map<string, string>()
  for (const line of packages.trim().split('\n')) {
    const [name = '', status, version = ''] = line.split(' ')
    if (status === 'installed') wanted.set(name, version)
  }
  const script = probeScript([...wanted.keys()].map(installedPackage)).reveal()
  const { stdout } = spawnSync('sh', ['-c', script], {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  })
  const found = [...wanted.keys()].map((name) => [name, parseFact(installedPackage(name), stdout)])
  expect(Object.fromEntries(found)).toEqual(Object.fromEntries(wanted))
})
