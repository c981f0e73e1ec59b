import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import type { Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import type { WantedPackage } from '../../../src/artifacts/apt/ask-apt.ts'
import { publicKeyring } from '../../../src/artifacts/apt/clear-sign.ts'
import { derivedKey } from '../../../src/artifacts/apt/derived-key.ts'
import type { RepositoryOptions } from '../../../src/artifacts/apt/make-repository.ts'
import { packageItems } from '../../../src/artifacts/apt/package-items.ts'
import { type AptSpec, bundleSpecSchema } from '../../../src/artifacts/bundle-spec.ts'
import { buildPackage, serve, writeSuite } from './small-mirror.ts'

let mirror: string
let url: string
let server: Server
let asked: string[]
let folder: string

beforeAll(async () => {
  mirror = mkdtempSync(join(tmpdir(), 'convecthub-mirror-'))
  writeMirror()
  ;({ url, server, asked } = await serve(mirror))
})
afterAll(() => {
  server?.close()
  rmSync(mirror, { recursive: true })
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub bundle '))
  cpSync(join(mirror, 'debian/key.gpg'), join(folder, 'key.gpg'))
  asked.length = 0
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A mirror shaped as Debian's: `base` is essential, `tool` required, and both need `libc`. */
function writeMirror() {
  const debian = join(mirror, 'debian')
  const security = join(mirror, 'debian-security')
  writeSuite(debian, 'bookworm', [
    buildPackage(debian, 'base', { Essential: 'yes', Depends: 'libc' }),
    buildPackage(debian, 'tool', { Priority: 'required', Depends: 'libc, libtool' }),
    buildPackage(debian, 'libtool'),
    buildPackage(debian, 'libc', { Version: '2:2.0+a~1-1' }),
    buildPackage(debian, 'docker.io', { Depends: 'base, libc (>= 2:1), runc | other', Recommends: 'git' }),
    buildPackage(debian, 'runc', { 'Phased-Update-Percentage': '10' }),
    buildPackage(debian, 'git'),
    buildPackage(debian, 'bad', { Depends: 'nothing' }),
    ...['1', '9', '10'].map((n) => buildPackage(debian, `driver-${n}`)),
    ...['1', '9'].map((n) => buildPackage(debian, `modules-${n}`)),
  ])
  writeSuite(debian, 'bookworm-updates', [])
  writeSuite(security, 'bookworm-security', [buildPackage(security, 'runc', { Version: '1.1' })])
  const extra = join(mirror, 'extra')
  writeSuite(extra, 'stable', [buildPackage(extra, 'docker-ce')])
  rmSync(join(debian, 'pool/libtool_1.0.deb'))
}

const http: RepositoryOptions['http'] = {
  async get(address) {
    const answer = await fetch(address)
    return { status: answer.status, headers: {}, body: Buffer.from(await answer.arrayBuffer()) }
  },
  download: () => Promise.reject(new Error('only apt fetches packages')),
}

const DOCKER = { firstOf: ['docker-ce', 'docker.io'] }

/** The item of packages for debian-12. */
function itemOf(
  wanted: readonly WantedPackage[],
  more: Partial<AptSpec> = {},
  options: Partial<RepositoryOptions> = {},
) {
  const spec = { release: 'debian-12', mirror: `${url}/debian`, key: 'key.gpg', ...more }
  const apt = bundleSpecSchema.shape.apt.parse([spec])
  const [item] = packageItems(
    { apt, architectures: ['amd64'] },
    { folder, scratch: join(folder, '.pull'), http, wanted: () => wanted, ...options },
  )
  return item ?? expect.fail()
}

/** Pulls it and returns what was made. */
async function pull(...[wanted, more, options]: Parameters<typeof itemOf>) {
  const { name, make } = itemOf(wanted, more, options)
  const path = join(folder, name)
  const packages = await make(path, options?.locked)
  return { path, held: packages.map(({ name, version }) => `${name} ${version}`) }
}

/** The names of the files in an archive. */
const names = (path: string) => execFileSync('tar', ['-tf', path], { encoding: 'utf8' }).trim().split('\n')

/** Runs apt with a status of dpkg that has these packages, and with no source but the repository in an archive. */
function aptFrom(path: string, status: string, ...args: string[]) {
  const root = mkdtempSync(join(tmpdir(), 'convecthub-apt-from-'))
  try {
    for (const sub of ['repo', 'etc/apt', 'lists/partial', 'cache/archives/partial'])
      mkdirSync(join(root, sub), { recursive: true })
    execFileSync('tar', ['-xf', path, '-C', join(root, 'repo')])
    writeFileSync(join(root, 'status'), status)
    const list = `deb [signed-by=${root}/repo/key.gpg] file:${root}/repo ./\n`
    writeFileSync(join(root, 'etc/apt/sources.list'), list)
    const settings = [
      `Dir "${root}"; Dir::State "${root}"; Dir::State::status "${root}/status"; Dir::Cache "${root}/cache";`,
      'APT::Architecture "amd64"; APT::Architectures { "amd64"; }; APT::Sandbox::User "root";',
    ]
    writeFileSync(join(root, 'apt.conf'), settings.join('\n'))
    const env = { ...process.env, APT_CONFIG: join(root, 'apt.conf'), LC_ALL: 'C' }
    const updated = spawnSync('apt-get', ['update'], { env, encoding: 'utf8' })
    if (updated.status !== 0) return { status: updated.status, said: updated.stdout + updated.stderr }
    const { status: code, stdout, stderr } = spawnSync('apt-get', args, { env, encoding: 'utf8' })
    return { status: code, said: stdout + stderr }
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** The status of dpkg where these packages are installed. */
const installed = (...packages: string[]) =>
  packages
    .map((text) => text.split(' '))
    .map(
      ([name, version]) =>
        `Package: ${name}\nStatus: install ok installed\nVersion: ${version}\nArchitecture: all\nMaintainer: n <n@e.x>\nDescription: x\n`,
    )
    .join('\n')

it('holds what is asked for with its dependencies, beyond a minimal install', async () => {
  const { path, held } = await pull([DOCKER])
  // not base and tool, which are there, nor git, which is only recommended; libc for its version
  expect(held).toEqual(['docker.io 1.0', 'libc 2:2.0+a~1-1', 'runc 1.1'])
  expect(names(path)).toEqual([
    'InRelease',
    'Packages',
    'Release',
    'key.gpg',
    'pool/',
    'pool/docker.io_1.0_all.deb',
    'pool/libc_2.0+a~1-1_all.deb',
    'pool/runc_1.1_all.deb',
  ])
  expect(existsSync(join(folder, '.pull/packages-debian-12-amd64'))).toBe(false)
})

it('apt installs from it on a host, old or new, without any other source', async () => {
  const { path } = await pull([DOCKER])
  const install = ['install', '-y', '--download-only', '--no-install-recommends', 'docker.io']
  for (const libc of ['2:0.5', '2:2.0+a~1-1', '2:9']) {
    const { status, said } = aptFrom(path, installed('base 1.0', `libc ${libc}`), ...install)
    expect({ status, upgrades: /\blibc\b/.test(said) }).toEqual({ status: 0, upgrades: libc === '2:0.5' })
  }
})

it('apt refuses it when a package was changed', async () => {
  const { path } = await pull([DOCKER])
  const bytes = readFileSync(path)
  bytes.write('?', bytes.indexOf('Package: runc') + 12)
  writeFileSync(path, bytes)
  expect(aptFrom(path, '', 'install', '-y', 'docker.io')).toMatchObject({ status: 100 })
})

it.each<{ what: string; wanted: readonly WantedPackage[]; held: readonly string[] }>([
  { what: 'a package', wanted: ['runc'], held: ['runc 1.1'] },
  {
    what: 'the second where the first does not exist',
    wanted: [{ firstOf: ['none', 'git'] }],
    held: ['git 1.0'],
  },
  { what: 'the highest number', wanted: [{ firstOf: ['driver-N'] }], held: ['driver-10 1.0'] },
  {
    what: 'the highest number with which both exist',
    wanted: [{ firstOf: [['driver-N', 'modules-N']] }],
    held: ['driver-9 1.0', 'modules-9 1.0'],
  },
  {
    what: 'the other alternative where no number has both',
    wanted: [{ firstOf: [['driver-N', 'other-N'], 'git'] }],
    held: ['git 1.0'],
  },
])('chooses $what', async ({ wanted, held }) => {
  expect((await pull(wanted)).held).toEqual(held)
})

it('takes packages of a further source, whose key comes with its fingerprint', async () => {
  const fingerprint = execFileSync('sh', [
    '-c',
    `. templates/remote/openpgp.sh; openpgp_keys '${folder}/key.gpg'`,
  ])
  const source = { uri: `${url}/extra`, suite: 'stable', components: ['main'], key: `${url}/extra/key.gpg` }
  const sources = [{ ...source, fingerprint: fingerprint.toString().trim() }]
  expect((await pull([DOCKER], { sources })).held).toEqual(['docker-ce 1.0'])
})

it('packages of bundle.yaml are held as well', async () => {
  expect((await pull(['runc'], { packages: ['git'] })).held).toEqual(['git 1.0', 'runc 1.1'])
})

it('gives the same bytes twice, and keeps locked versions', async () => {
  const { path } = await pull([DOCKER])
  const first = readFileSync(path)
  await pull([DOCKER])
  expect(readFileSync(path).equals(first)).toBe(true)
  const { held } = await pull(['runc'], {}, { locked: [{ name: 'runc', version: '1.0' }] })
  expect(held).toEqual(['runc 1.0'])
  // apt on a host must not hold back what only some hosts would get
  expect(readFileSync(path).includes('Phased-Update-Percentage')).toBe(false)
})

it('fetches no package twice after a pull that was stopped', async () => {
  mkdirSync(join(folder, 'packages/debian-12-amd64.tar.part'), { recursive: true })
  await expect(pull([DOCKER])).rejects.toMatchObject({ code: 'APT_FAILED' })
  rmSync(join(folder, 'packages/debian-12-amd64.tar.part'), { recursive: true })
  const debs = () => asked.filter((path) => path.endsWith('.deb')).length
  expect(debs()).toBe(3)
  await pull([DOCKER])
  expect(debs()).toBe(3)
})

it('tells what it would hold, and fetches only lists for it', async () => {
  const held = await itemOf([DOCKER]).wouldHold()
  expect(held.map(({ name, version }) => `${name} ${version}`)).toEqual((await pull([DOCKER])).held)
  asked.length = 0
  expect(await itemOf(['runc']).wouldHold()).toEqual([{ name: 'runc', version: '1.1' }])
  expect(asked.filter((path) => path.endsWith('.deb'))).toEqual([])
})

it('asks the mirror of a mirror', async () => {
  const address = (uri: string) => uri.replace('http://mirror.invalid', url)
  expect((await pull(['git'], { mirror: 'http://mirror.invalid/debian' }, { address })).held).toEqual([
    'git 1.0',
  ])
})

it.each<{ what: string; wanted?: WantedPackage; more: Partial<AptSpec>; code: string; says: string }>([
  {
    what: 'an unknown release',
    more: { release: 'debian-1' },
    code: 'APT_RELEASE',
    says: 'packages for debian-1 cannot be fetched',
  },
  {
    what: 'a missing key',
    more: { key: 'none.gpg' },
    code: 'APT_SOURCE_KEY',
    says: 'none.gpg is missing',
  },
  {
    what: 'a file that is no key',
    more: { key: 'notes.txt' },
    code: 'APT_SOURCE_KEY',
    says: 'notes.txt is not an OpenPGP key',
  },
  {
    what: 'another key than bundle.yaml names',
    more: { fingerprint: 'A'.repeat(40) },
    code: 'APT_SOURCE_KEY',
    says: 'is another one',
  },
  {
    what: 'a key from an address without a fingerprint',
    more: { key: 'URL/debian/key.gpg' },
    code: 'APT_SOURCE_KEY',
    says: 'comes without a fingerprint',
  },
  {
    what: 'a mirror with another key',
    more: { key: 'other.gpg' },
    code: 'APT_FAILED',
    says: 'could not read the package sources',
  },
  {
    what: 'a mirror that answers nothing',
    more: { mirror: 'http://127.0.0.1:1/debian' },
    code: 'APT_FAILED',
    says: 'could not read the package sources',
  },
  {
    what: 'a package that no source has',
    wanted: { firstOf: ['docker-ce', 'moby'] },
    more: {},
    code: 'APT_PACKAGE',
    says: 'no package source has docker-ce or moby',
  },
  {
    what: 'a package whose dependency nobody has',
    wanted: 'bad',
    more: {},
    code: 'APT_FAILED',
    says: 'could not find and fetch the packages',
  },
])('refuses $what: $says', async ({ wanted = 'git', more, code, says }) => {
  writeFileSync(join(folder, 'notes.txt'), 'where the key is')
  writeFileSync(join(folder, 'other.gpg'), publicKeyring(derivedKey('other')))
  const key = more.key?.replace('URL', url)
  const spec = { ...more, ...(key !== undefined && { key }) }
  await expect(pull([wanted], spec)).rejects.toMatchObject({ code, message: expect.stringContaining(says) })
  expect(existsSync(join(folder, 'packages'))).toBe(false)
})

it('says where apt can be had on a computer without it', async () => {
  const path = process.env.PATH
  process.env.PATH = folder
  try {
    await expect(pull(['git'], { mirror: `${url}/debian` })).rejects.toMatchObject({ code: 'APT_TOOLS' })
  } finally {
    process.env.PATH = path
  }
})
