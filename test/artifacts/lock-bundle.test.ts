import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { loadBundle } from '../../src/artifacts/load-bundle.ts'
import { lockBundle } from '../../src/artifacts/lock-bundle.ts'
import { type ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-bundle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const digest = (text: string) => createHash('sha256').update(text).digest('hex')
const put = (name: string, text = name) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), text)
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
  { name: 'k3s-airgap-images-arm64.tar.gz', is: { kind: 'images', architecture: 'arm64' } },
  { name: 'k3s-airgap-images-arm.tar', is: { kind: 'images', architecture: 'armhf' } },
  { name: 'images/jupyterhub.tar', is: { kind: 'images', architecture: 'amd64' } },
  {
    name: 'jupyterhub-4.4.0.tgz',
    is: { kind: 'chart', architecture: 'all', roles: ['driver'], version: '4.4.0' },
  },
  { name: 'charts/jupyterhub-3.3.8-0.dev.tgz', is: { kind: 'chart', version: '3.3.8-0.dev' } },
])('recognizes $name by its name', async ({ name, is }) => {
  for (const needed of ['k3s', 'helm', 'jupyterhub-4.4.0.tgz']) put(needed)
  put(name)
  const { files } = await lockBundle(folder, { description: 'x', versions: { k3s: 'v1.34.1+k3s1' } })
  expect(files.filter((file) => file.name === name)).toEqual([
    expect.objectContaining({ name, size: name.length, sha256: digest(name), ...is }),
  ])
})

it.each(['sha256sum-amd64.txt', 'install.sh', 'k3s.part', 'README.md'])(
  'refuses %s, which has no known name',
  async (name) => {
    put('k3s')
    put(name)
    await expect(lockBundle(folder, { description: 'x', versions: {} })).rejects.toMatchObject({
      code: 'BUNDLE_FILE',
      exit: 'input',
    })
  },
)

// Helm is published as archives; used as the program, one would fail on the host with `exec format error`
it('does not mistake an archive of Helm for the program', async () => {
  put('helm-v3.19.0-linux-amd64.tar.gz')
  await expect(lockBundle(folder, { description: 'x', versions: {} })).rejects.toMatchObject({
    code: 'BUNDLE_FILE',
  })
})

it('writes a lock that can be loaded, and the same lock when run again', async () => {
  for (const name of ['k3s', 'helm', 'jupyterhub-4.4.0.tgz', 'images/a.tar']) put(name)
  const options = { description: 'ours', standIn: true, versions: { k3s: 'v1.34.1+k3s1' } }
  await lockBundle(folder, options)
  const text = readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')
  expect(parse(text)).toMatchObject({ version: 1, description: 'ours', standIn: true })
  expect((await loadBundle(folder)).lock).toEqual(parse(text))
  await lockBundle(folder, options)
  expect(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')).toBe(text)
})

interface Refused {
  what: string
  files: readonly string[]
  in?: string
  versions?: Readonly<Record<string, string>>
  reported: readonly string[]
}

const NEEDED = ['k3s', 'helm', 'jupyterhub-4.4.0.tgz']
it.each<Refused>([
  {
    what: 'an empty folder',
    files: [],
    reported: ['BUNDLE_FILE /b lacks: k3s, helm, the JupyterHub chart (.tgz)'],
  },
  { what: 'only k3s', files: ['k3s'], reported: ['BUNDLE_FILE /b lacks: helm, the JupyterHub chart (.tgz)'] },
  { what: 'no folder', files: [], in: 'nope', reported: ['BUNDLE_FILE /b/nope: no such folder'] },
  {
    what: 'a file instead of the folder',
    files: ['k3s'],
    in: 'k3s',
    reported: ['BUNDLE_FILE /b/k3s: not a directory'],
  },
  {
    what: 'files of other kinds and names',
    files: [...NEEDED, 'README.md', 'my images.tar', 'notes'],
    reported: [
      'BUNDLE_FILE /b/README.md: unknown kind of file',
      'BUNDLE_FILE /b/my images.tar: its name has other characters than A-Z a-z 0-9 . _ + @ -',
      'BUNDLE_FILE /b/notes: unknown kind of file',
    ],
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
])('refuses to describe $what', async ({ files, in: name = '', versions = {}, reported }) => {
  for (const file of files) put(file)
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
  expect((await lockBundle(folder, options)).standIn).toBe(standIn)
})
