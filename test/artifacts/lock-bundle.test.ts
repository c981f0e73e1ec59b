import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse, stringify } from 'yaml'
import { loadBundle } from '../../src/artifacts/load-bundle.ts'
import { lockBundle } from '../../src/artifacts/lock-bundle.ts'
import { type ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'
import { chartPackage } from '../../src/lab/stand-in-chart.ts'
import { imageArchive } from '../../src/lab/stand-in-images.ts'
import { tarArchive } from '../../src/lab/tar-archive.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-bundle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const digest = (text: string | Buffer) => createHash('sha256').update(text).digest('hex')
const CHART = await chartPackage()
const { content: IMAGES } = await imageArchive(['a/b:1'], 'amd64')
const contentOf = (name: string): string | Buffer =>
  name.endsWith('.tgz') ? CHART : /\.tar|tzst/.test(name) ? IMAGES : name
const put = (name: string, content = contentOf(name)) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), content)
}
const both = ['driver', 'worker']
it.each([
  { name: 'k3s', is: { kind: 'k3s', architecture: 'amd64', roles: both, version: 'v1.34.1+k3s1' } },
  { name: 'k3s-arm64', is: { kind: 'k3s', architecture: 'arm64', roles: both } },
  { name: 'k3s-armhf', is: { kind: 'k3s', architecture: 'armhf', roles: both } },
  { name: 'helm', is: { kind: 'helm', architecture: 'amd64', roles: ['driver'] } },
  { name: 'helm-linux-arm64', is: { kind: 'helm', architecture: 'arm64' } },
  { name: 'helm-linux-arm', is: { kind: 'helm', architecture: 'armhf' } },
  { name: 'k3s-airgap-images-amd64.tar.zst', is: { kind: 'images', architecture: 'amd64', roles: both } },
  { name: 'images/jupyterhub.tar', is: { kind: 'images', architecture: 'amd64' } },
  {
    name: 'jupyterhub-4.4.0.tgz',
    is: { kind: 'chart', architecture: 'all', roles: ['driver'], version: '4.4.0' },
  },
  // the chart itself tells its version
  { name: 'charts/jupyterhub-3.3.8-0.dev.tgz', is: { kind: 'chart', version: '4.4.0' } },
  { name: 'sha256sum-amd64.txt', is: { kind: 'source', roles: [] } },
  { name: 'sources/k3s-images.txt', is: { kind: 'source', roles: [] } },
  { name: 'registry-amd64', is: { kind: 'registry', architecture: 'amd64' } },
])('recognizes $name by its name', async ({ name, is }) => {
  for (const needed of ['k3s', 'helm', 'jupyterhub-4.4.0.tgz']) put(needed)
  put(name)
  const { lock, ignored } = await lockBundle(folder, { description: 'x', versions: { k3s: 'v1.34.1+k3s1' } })
  const content = Buffer.from(contentOf(name))
  expect(ignored).toEqual([])
  expect(lock.files.filter((file) => file.name === name)).toEqual([
    expect.objectContaining({ name, size: content.length, sha256: digest(content), ...is }),
  ])
})

const WHOLE = ['k3s', 'helm', 'jupyterhub-4.4.0.tgz']
const locked = (versions: Record<string, string> = { k3s: 'v1.34.1+k3s1' }) =>
  lockBundle(folder, { description: 'x', versions })

it.each([
  { name: 'install.sh', why: 'nothing in a bundle has such a name' },
  { name: 'k3s.part', why: 'nothing in a bundle has such a name' },
  { name: 'my notes.txt', why: 'nothing in a bundle has such a name' },
  {
    name: 'x.tar',
    content: await tarArchive({ a: 'b' }),
    why: 'it holds neither images nor a chart',
  },
])('leaves $name out, and says why', async ({ name, content = 'x', why }) => {
  for (const needed of WHOLE) put(needed)
  put(name, content)
  const { lock, ignored } = await locked()
  expect(ignored).toEqual([{ name, why }])
  expect(lock.files.map((file) => file.name)).not.toContain(name)
})

it('knows a chart and an archive of images by what is in them', async () => {
  for (const needed of WHOLE) put(needed)
  put('hub.tgz', gzipSync((await imageArchive(['quay.io/a/hub:1'], 'arm64')).content))
  const { lock } = await locked()
  expect(lock.files.find(({ name }) => name === 'hub.tgz')).toMatchObject({
    kind: 'images',
    architecture: 'arm64',
    images: [{ name: 'quay.io/a/hub:1' }],
  })
  expect(lock.files.filter(({ kind }) => kind === 'chart')).toHaveLength(1)
})

it.each([
  { machine: 62, architecture: 'amd64' },
  { machine: 183, architecture: 'arm64' },
  { machine: 40, architecture: 'armhf' },
])('reads from a program that it is for $architecture', async ({ machine, architecture }) => {
  for (const needed of WHOLE) put(needed)
  const elf = Buffer.alloc(64)
  elf.write('\x7fELF', 'latin1')
  elf.writeUInt16LE(machine, 18)
  put('helm', elf)
  const { lock } = await locked()
  expect(lock.files.find(({ kind }) => kind === 'helm')).toMatchObject({ architecture })
})

it.each([
  { text: 'x v1.34.1+k3s1 y', version: 'v1.34.1+k3s1' },
  { text: `${'x'.repeat(1024 * 1024 - 6)}v1.33.5-rc1+k3s12`, version: 'v1.33.5-rc1+k3s12' },
])('reads the version of K3s from the program', async ({ text, version }) => {
  for (const needed of WHOLE) put(needed)
  put('k3s', text)
  const { lock } = await locked({})
  expect(lock.files.find(({ kind }) => kind === 'k3s')?.version).toBe(version)
})

it('unpacks Helm where only its archive is, and keeps the archive', async () => {
  put('k3s')
  put('jupyterhub-4.4.0.tgz')
  put('helm-v3.19.0-linux-amd64.tar.gz', gzipSync(await tarArchive({ 'linux-amd64/helm': 'helm!' })))
  const { lock, unpacked } = await locked()
  expect(unpacked).toEqual(['helm'])
  expect(readFileSync(join(folder, 'helm'), 'utf8')).toBe('helm!')
  expect(lock.files.filter(({ name }) => /helm/.test(name))).toEqual([
    expect.objectContaining({ name: 'helm', kind: 'helm', version: 'v3.19.0' }),
    expect.objectContaining({ name: 'helm-v3.19.0-linux-amd64.tar.gz', kind: 'source' }),
  ])
  expect((await locked()).unpacked).toEqual([])
})

it('writes a lock that can be loaded, and the same lock when run again', async () => {
  for (const name of ['k3s', 'helm', 'jupyterhub-4.4.0.tgz', 'images/a.tar']) put(name)
  const options = { description: 'ours', standIn: true, versions: { k3s: 'v1.34.1+k3s1' } }
  await lockBundle(folder, options)
  const text = readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')
  expect(parse(text)).toMatchObject({ version: 2, description: 'ours', standIn: true })
  expect((await loadBundle(folder)).lock).toEqual(parse(text))
  await lockBundle(folder, options)
  expect(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')).toBe(text)
})

interface Refused {
  what: string
  files: readonly string[]
  in?: string
  versions?: Readonly<Record<string, string>>
  contents?: Readonly<Record<string, string | Buffer>>
  reported: readonly string[]
}

const NEEDED = ['k3s', 'helm', 'jupyterhub-4.4.0.tgz']
const chartOf = async (version: string) =>
  gzipSync(await tarArchive({ 'jupyterhub/Chart.yaml': `name: jupyterhub\nversion: ${version}\n` }))
it.each<Refused>([
  {
    what: 'an empty folder',
    files: [],
    reported: ['BUNDLE_FILE /b lacks: k3s, helm, the JupyterHub chart (.tgz)'],
  },
  {
    what: 'only k3s',
    files: ['k3s'],
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['BUNDLE_FILE /b lacks: helm, the JupyterHub chart (.tgz)'],
  },
  { what: 'no folder', files: [], in: 'nope', reported: ['BUNDLE_FILE /b/nope: no such folder'] },
  {
    what: 'a file instead of the folder',
    files: ['k3s'],
    in: 'k3s',
    reported: ['BUNDLE_FILE /b/k3s: not a directory'],
  },
  {
    what: 'an archive whose name has a blank',
    files: [...NEEDED, 'my images.tar'],
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['BUNDLE_FILE /b/my images.tar: its name has other characters than A-Z a-z 0-9 . _ + @ -'],
  },
  {
    what: 'a K3s of another version than named',
    files: NEEDED,
    contents: { k3s: 'v1.33.1+k3s1' },
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['BUNDLE_FILE /b/k3s is K3s v1.33.1+k3s1, not v1.34.1+k3s1'],
  },
  {
    what: 'a K3s that does not tell its version',
    files: NEEDED,
    reported: ['BUNDLE_FILE /b/k3s does not tell its version'],
  },
  {
    what: 'an archive of Helm without Helm',
    files: NEEDED,
    contents: { 'helm-v3.19.0-linux-arm64.tar.gz': gzipSync(await tarArchive({})) },
    reported: ['BUNDLE_FILE /b/helm-v3.19.0-linux-arm64.tar.gz has no linux-arm64/helm in it'],
  },
  {
    what: 'an empty program',
    files: ['k3s', 'jupyterhub-4.4.0.tgz'],
    contents: { helm: '' },
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['BUNDLE_FILE /b/helm is empty'],
  },
  {
    what: 'two charts, of which a machine would get only one',
    files: [...NEEDED, 'k3s-arm64', 'helm-linux-arm64'],
    contents: { 'charts/jupyterhub-3.3.8.tgz': await chartOf('3.3.8') },
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: [
      'BUNDLE_FILE /b/charts/jupyterhub-3.3.8.tgz and /b/jupyterhub-4.4.0.tgz are both the JupyterHub chart',
    ],
  },
  {
    what: 'two programs for one processor',
    files: NEEDED,
    contents: { 'old/helm': 'old' },
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['BUNDLE_FILE /b/helm and /b/old/helm are both Helm for amd64'],
  },
  {
    what: 'a Helm beside the archive of another one',
    files: NEEDED,
    contents: {
      'helm-v3.20.0-linux-amd64.tar.gz': gzipSync(await tarArchive({ 'linux-amd64/helm': 'new' })),
    },
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['BUNDLE_FILE /b/helm is not the program in /b/helm-v3.20.0-linux-amd64.tar.gz'],
  },
  {
    what: 'a damaged chart',
    files: NEEDED,
    contents: { 'jupyterhub-4.4.0.tgz': CHART.subarray(0, 100) },
    versions: { k3s: 'v1.34.1+k3s1' },
    reported: ['ARCHIVE /b/jupyterhub-4.4.0.tgz cannot be used: it is cut short'],
  },
  {
    what: 'a version of K3s that is none',
    files: NEEDED,
    versions: { k3s: 'garbage' },
    reported: ['USAGE --k3s garbage: expected a version such as v1.34.1+k3s1'],
  },
  {
    what: 'a version of Helm that is none',
    files: NEEDED,
    versions: { k3s: 'v1.34.1-rc1+k3s1', helm: '3' },
    reported: ['USAGE --helm 3: expected a version such as v3.19.0'],
  },
])('refuses to describe $what', async ({ files, in: name = '', versions = {}, contents = {}, reported }) => {
  for (const file of files) put(file)
  for (const [file, content] of Object.entries(contents)) put(file, content)
  const error = await lockBundle(join(folder, name), { description: 'x', versions }).catch((error) => error)
  const errors: readonly ConvecthubError[] = error instanceof ConvecthubErrors ? error.errors : [error]
  expect(errors.map(({ code, message }) => `${code} ${message.replaceAll(folder, '/b')}`)).toEqual(reported)
  expect(errors.every(({ details }) => details.hint)).toBe(true)
  expect(existsSync(join(folder, 'bundle.lock.yaml'))).toBe(false)
})

it.each([
  { what: 'stays a stand-in while a program of it is left', replaced: ['helm'], standIn: true },
  { what: 'is a real bundle once its programs are replaced', replaced: ['helm', 'k3s'], standIn: false },
])('a bundle that is locked again $what', async ({ replaced, standIn }) => {
  for (const name of NEEDED) put(name)
  const options = { description: 'x', versions: { k3s: 'v1.34.1+k3s1' } }
  await lockBundle(folder, { ...options, standIn: true })
  for (const name of replaced) put(name, 'the real one')
  expect((await lockBundle(folder, options)).lock.standIn).toBe(standIn)
})

it('keeps what the lock before says of files that are the same', async () => {
  for (const name of [...NEEDED, 'packages/ubuntu-22.04-amd64.tar', 'images/a.tar']) put(name)
  await locked()
  const path = join(folder, 'bundle.lock.yaml')
  const { files, ...rest } = parse(readFileSync(path, 'utf8'))
  const packages = 'packages/ubuntu-22.04-amd64.tar'
  const learnt = (file: { name: string; kind: string }) => ({
    ...file,
    from: `https://a.example/${file.name}`,
    ...(file.kind === 'helm' && { version: 'v3.19.0' }),
    ...(file.name === packages && { kind: 'packages', release: 'ubuntu-22.04', packages: [] }),
  })
  writeFileSync(path, stringify({ ...rest, files: files.map(learnt) }))
  put('images/a.tar', (await imageArchive(['c/d:2'], 'amd64')).content)
  const { lock } = await locked({})
  const fileOf = (name: string) => lock.files.find((file) => file.name === name)
  expect(fileOf('helm')).toMatchObject({ version: 'v3.19.0', from: 'https://a.example/helm' })
  expect(fileOf('k3s')).toMatchObject({ version: 'v1.34.1+k3s1' })
  expect(fileOf(packages)).toMatchObject({ kind: 'packages', release: 'ubuntu-22.04' })
  expect(fileOf('images/a.tar')).toMatchObject({ images: [{ name: 'docker.io/c/d:2' }] })
  expect(fileOf('images/a.tar')).not.toHaveProperty('from')
  expect((await locked({ helm: 'v3.19.1' })).lock.files.find(({ kind }) => kind === 'helm')?.version).toBe(
    'v3.19.1',
  )
})

it('removes the signature of another lock, but not that of the same', async () => {
  for (const name of NEEDED) put(name)
  await locked()
  put('bundle.lock.yaml.sig', 'signed')
  expect((await locked()).unsigned).toBe(false)
  expect(existsSync(join(folder, 'bundle.lock.yaml.sig'))).toBe(true)
  put('helm', 'another')
  expect((await locked()).unsigned).toBe(true)
  expect(existsSync(join(folder, 'bundle.lock.yaml.sig'))).toBe(false)
})
