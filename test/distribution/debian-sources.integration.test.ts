import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { debianSources } from '../../src/distribution/debian-sources.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { template } from '../../src/templates.ts'
import { localHost } from '../helpers/local-host.ts'
import { isThere, runShell, SHELLS } from '../helpers/shell.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-source-'))
  for (const name of ['bin', 'run', 'state', 'apt/sources.list.d', 'apt/keyrings'])
    mkdirSync(at(name), { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string) => join(folder, name)
const LIST = 'apt/sources.list.d/convecthub-x.list'
const KEY = 'apt/keyrings/convecthub-x.gpg'
const TEXT = `deb [signed-by=/k] http://m.lan/x jammy main\n`

const STATUS = "echo ' 100 /var/lib/dpkg/status'"
const HAS_IT = `${STATUS}; echo ' 500 http://m.lan/x jammy/main amd64 Packages'`

/** Writes an executable script to the fake PATH. */
function program(name: string, text: string) {
  writeFileSync(at(`bin/${name}`), `#!/bin/sh\n${text}\n`)
  chmodSync(at(`bin/${name}`), 0o755)
}

/** Tests a source before it is added, with its key recorded; returns the output, and what is left afterwards. */
function readSource(shell: readonly string[], content: string, theirs: string) {
  writeFileSync(at('apt/sources.list.d/theirs.list'), theirs)
  writeFileSync(at(KEY), 'key')
  writeFileSync(at('state/owned'), `file ${at(KEY)}\nfile /usr/local/bin/k3s\n`)
  const script = `PATH=${at('bin')}:$PATH
${template('remote/apt.sh')}
set -- ${at(LIST)} ${at(KEY)} '${content}'
${template('remote/apt-source.sh')}`
  const moved = script
    .replaceAll('/run/convecthub', at('run'))
    .replaceAll('/var/lib/convecthub', at('state'))
    .replaceAll('/etc/apt/', at('apt/'))
  const { code, output, errors } = runShell(moved, shell)
  return {
    ...{ code, output, errors },
    key: existsSync(at(KEY)),
    record: readFileSync(at('state/owned'), 'utf8'),
    left: readdirSync(at('run')),
  }
}

/**
 * Tests a source with a fake apt, given the shell code of `update` and `policy`; `alone`: policy of the source alone.
 */
function readByFake(shell: readonly string[], { update = '', alone = HAS_IT, policy = '' }) {
  const told = (name: string) => `for word; do case $word in *${name}=*)`
  program('apt-get', `${told('SourceList')} cat "\${word#*=}" ;; esac; done\n${update}`)
  const ofOne = `case $* in *SourceParts=/dev/null*) ${alone}; exit ;; esac`
  program('apt-cache', `${ofOne}\n${told('SourceParts')} ls "\${word#*=}" ;; esac; done >&2\n${policy}`)
  return readSource(shell, TEXT, 'deb http://m.lan/y jammy main\n')
}

describe.each(SHELLS.map((shell) => ({ name: shell[0], shell })))('$name', ({ shell }) => {
  it('keeps the key of a source that apt can read, alone and with the others', () => {
    expect(readByFake(shell, {})).toEqual({
      code: 0,
      output: TEXT,
      errors: 'convecthub-x.list\ntheirs.list\n',
      key: true,
      record: `file ${at(KEY)}\nfile /usr/local/bin/k3s\n`,
      left: [],
    })
  })

  it.each([
    { what: 'alone', apt: { update: 'exit 100' } },
    // an apt without APT::Update::Error-Mode only warns when it cannot reach a mirror
    { what: 'alone, with only a warning', apt: { update: 'echo W: Failed to fetch', alone: STATUS } },
    { what: 'with the others', apt: { policy: 'exit 100' } },
  ])('removes a source that apt cannot read $what', ({ apt }) => {
    expect(readByFake(shell, apt)).toMatchObject({
      code: 100,
      key: false,
      record: 'file /usr/local/bin/k3s\n',
      left: [],
    })
  })
})

/** Tests a source with this machine's apt, which reads and writes only in the test's folder. */
function readByApt(content: string, theirs: string) {
  const packages = 'mirror/dists/jammy/main/binary-amd64'
  for (const name of ['lists/partial', 'cache/archives/partial', packages])
    mkdirSync(at(name), { recursive: true })
  for (const name of ['status', 'apt/sources.list', `${packages}/Packages`]) writeFileSync(at(name), '')
  const settings = {
    ...{ 'Dir::Etc': at('apt'), 'Dir::State': folder, 'Dir::State::Status': at('status') },
    ...{ 'Dir::Cache': at('cache'), 'APT::Sandbox::User': 'root' },
  }
  writeFileSync(
    at('apt.conf'),
    Object.entries(settings)
      .map(([name, value]) => `${name} "${value}";\n`)
      .join(''),
  )
  for (const name of ['apt-get', 'apt-cache'])
    program(name, `APT_CONFIG=${at('apt.conf')} exec ${runShell(`command -v ${name}`).output.trim()} "$@"`)
  return readSource(['sh'], content, theirs)
}

describe.skipIf(!isThere('apt-get'))('a real apt', () => {
  const ours = (suite = 'jammy') =>
    `deb [arch=amd64 trusted=yes signed-by=${at(KEY)}] file:${at('mirror')} ${suite} main\n`

  it('reads a source even if the mirrors of others are out of reach', () => {
    expect(readByApt(ours(), 'deb file:/no/such/mirror jammy main\n')).toMatchObject({ code: 0, key: true })
  })

  it.each([
    {
      what: 'lacks the release',
      suite: 'focal',
      theirs: '',
      says: 'File not found',
    },
    {
      what: 'apt has with another key',
      suite: 'jammy',
      theirs: 'deb [signed-by=/k trusted=yes] file:MIRROR jammy main\n',
      says: 'Conflicting values set for option Signed-By',
    },
  ])('refuses a mirror that $what, and leaves nothing of it', ({ suite, theirs, says }) => {
    const found = readByApt(ours(suite), theirs.replace('MIRROR', at('mirror')))
    expect(found).toMatchObject({ code: 100, key: false, record: 'file /usr/local/bin/k3s\n', left: [] })
    expect(found.output + found.errors).toContain(says)
  })
})

it('drops removed source files from the record, and keeps the files of others', async () => {
  const host = localHost()
  try {
    mkdirSync(host.state)
    for (const name of ['ours.list', 'theirs.list']) writeFileSync(join(host.folder, name), '')
    const ours = join(host.folder, 'ours.list')
    writeFileSync(join(host.state, 'owned'), `file ${ours}\nfile /usr/local/bin/k3s\n`)
    const [change] = debianSources.remove([ours, join(host.folder, 'gone.list')])
    if (change?.kind !== 'run') throw new Error('nothing is removed')
    const script = renderChanges([[0, change]], 'test', marks('@@x'))
    expect((await host.connection.run(script, { name: 'test', timeoutMs: 10_000 })).code).toBe(0)
    expect(readdirSync(host.folder).filter((name) => name.endsWith('.list'))).toEqual(['theirs.list'])
    expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe('file /usr/local/bin/k3s\n')
  } finally {
    host.remove()
  }
})
