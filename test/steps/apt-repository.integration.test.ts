import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { writeRepository } from '../../src/artifacts/apt/repository-files.ts'
import { parseStanzas } from '../../src/artifacts/apt/stanza.ts'
import { debian } from '../../src/distribution/debian.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { makeProbe } from '../../src/facts/fact.ts'
import { buildPackage } from '../artifacts/apt/small-mirror.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { testPackages } from '../helpers/test-cluster.ts'

let host: LocalHost
beforeEach(() => {
  host = localHost()
  mkdirSync(host.state, { mode: 0o700 })
})
afterEach(() => host.remove())

/** Puts an archive of packages where an upload would: `small`, which needs `needs`, and `other`. */
async function sendPackages(needs: string) {
  const made = join(host.folder, 'made')
  mkdirSync(made)
  const stanzas = [
    buildPackage(host.folder, 'cvh-small', { Depends: needs }),
    buildPackage(host.folder, 'cvh-other'),
  ]
  const packages = parseStanzas(stanzas.join('\n')).map((stanza) => ({
    path: join(host.folder, stanza.get('Filename') ?? ''),
    stanza,
  }))
  await writeRepository(made, packages, { release: 'debian-12', architecture: 'amd64' })
  execFileSync('tar', ['-chf', join(host.state, 'packages.tar'), '-C', made, ...readdirSync(made)])
}

const ARCHIVE = testPackages()

/** What the host has after it was told of the archive; `there` as facts show it. */
async function unpack(names: string[]) {
  const probe = makeProbe(debian.bundled.facts)
  // as if it were at its real place
  const ask = async () =>
    probe.read((await run(probe.script)).output.replaceAll(host.state, '/var/lib/convecthub'))
  const run = (script: (typeof probe)['script']) =>
    host.connection.run(script, { name: 'test', timeoutMs: 60_000 })
  const change = debian.bundled.add(ARCHIVE, names, await ask()).at(-1)
  if (change?.kind !== 'run') throw new Error('the archive was to be unpacked')
  const { code, output } = await run(renderChanges([[0, change]], 'job', marks('@@x')))
  const facts = await ask()
  const files = ['packages.tar', 'packages', 'owned'].filter((name) => existsSync(join(host.state, name)))
  const [removal] = debian.bundled.remove(facts)
  return { code, output, there: debian.bundled.isThere(ARCHIVE, facts), files, removal, run }
}

it('apt reads the bundle’s packages, and nothing else', async () => {
  await sendPackages('cvh-other')
  const { code, there, files, run, removal } = await unpack(['cvh-none|cvh-small'])
  expect({ code, there, files }).toEqual({ code: 0, there: true, files: ['packages', 'owned'] })
  const policy = await run(debian.install(['cvh-none'], { bundled: true }).script)
  expect(policy.output).toContain('Unable to locate package cvh-none')
  // coreutils are in the host's own sources
  const known = `APT_CONFIG=${host.state}/packages/apt.conf apt-cache policy cvh-small coreutils`
  const shown = execFileSync('sh', ['-c', known], { encoding: 'utf8' })
  expect([...shown.matchAll(/^ +\d+ (?:http|file)\S*/gm)].map(([line]) => line.trim())).toEqual([
    `500 file:${host.state}/packages`,
  ])
  if (removal?.kind !== 'run') throw new Error('the packages were to be removed')
  await run(renderChanges([[0, removal]], 'job', marks('@@x')))
  expect(existsSync(join(host.state, 'packages'))).toBe(false)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe('')
})

it.each([
  { what: 'a dependency that nobody has', needs: 'cvh-nothing', names: ['cvh-small'], says: 'cvh-nothing' },
  {
    what: 'a package that is not in it',
    needs: 'cvh-other',
    names: ['cvh-tiny'],
    says: 'locate package cvh-tiny',
  },
])('$what stops it before anything is installed', async ({ needs, names, says }) => {
  await sendPackages(needs)
  const { code, output, there, files } = await unpack(names)
  expect({ code, there, files }).toEqual({
    code: 100,
    there: false,
    files: ['packages.tar', 'packages', 'owned'],
  })
  expect(output).toContain('the packages of the bundle do not fit this host')
  expect(output).toContain(says)
})

it('an archive that was cut is not taken', async () => {
  await sendPackages('cvh-other')
  execFileSync('truncate', ['-s', '3000', join(host.state, 'packages.tar')])
  const { code, there } = await unpack(['cvh-small'])
  expect({ failed: code !== 0, there }).toEqual({ failed: true, there: false })
})
