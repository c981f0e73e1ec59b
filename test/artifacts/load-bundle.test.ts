import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Artifact, bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { loadBundle } from '../../src/artifacts/load-bundle.ts'
import { partialPath } from '../../src/artifacts/partial-path.ts'
import type { WorkEvent } from '../../src/artifacts/work-event.ts'
import { ConvecthubError, ConvecthubErrors, formatOrigin } from '../../src/errors.ts'
import { artifact, testBundle } from '../helpers/test-cluster.ts'

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
const writeLock = (lock: unknown) =>
  put('bundle.lock.yaml', typeof lock === 'string' ? lock : stringify(lock))

/** Writes a complete bundle to disk. The content of each file is its name. */
function wholeBundle(): Artifact[] {
  const files = testBundle().files.map((each) => ({
    ...each,
    size: each.name.length,
    sha256: digest(each.name),
  }))
  for (const { name } of files) put(name)
  writeLock({ version: 1, description: 'test', files })
  return files
}

async function problems(anew = false): Promise<string[]> {
  try {
    await loadBundle(folder, { anew })
    return []
  } catch (error) {
    const errors = error instanceof ConvecthubErrors ? error.errors : [error]
    return errors.map((each) => {
      if (!(each instanceof ConvecthubError)) throw each
      expect(each.exit).toBe('input')
      expect(each.details.hint).toBeTruthy()
      const { origin } = each.details
      const where = origin ? `${formatOrigin(origin)}: ` : ''
      return `${each.code} ${`${where}${each.message}`.replaceAll(folder, '')}`
    })
  }
}

it('loads a bundle whose files match its lock, and opens them', async () => {
  const files = wholeBundle()
  const bundle = await loadBundle(folder)
  expect(bundle.lock).toEqual({ version: 1, description: 'test', standIn: false, files })
  const chart = files.find(({ kind }) => kind === 'chart') ?? artifact('')
  const reader = bundle.open(chart).reader()
  expect(Buffer.from(await reader.read(1000)).toString()).toBe(chart.name)
  expect(await reader.read(1000)).toHaveLength(0)
  await reader.close()
})

it('reports all missing and different files at once', async () => {
  wholeBundle()
  rmSync(join(folder, 'helm'))
  put('k3s', 'longer than it should be')
  put('charts/jupyterhub-4.4.0.tgz', 'charts/jupyterhub-4.4.1.tgz')
  const reported = await problems()
  expect(reported).toHaveLength(3)
  expect(reported).toContainEqual('BUNDLE_FILE /k3s is 24 bytes; bundle.lock.yaml says 3')
  expect(reported).toContainEqual('BUNDLE_FILE /helm is missing')
  expect(reported).toContainEqual(
    `BUNDLE_FILE /charts/jupyterhub-4.4.0.tgz has the sha256 ${digest('charts/jupyterhub-4.4.1.tgz')}; bundle.lock.yaml says ${digest('charts/jupyterhub-4.4.0.tgz')}`,
  )
})

const elf = (machine: number) => {
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02\x01', 'latin1')
  header.writeUInt16LE(machine, 18)
  return header
}
it.each([
  { what: 'of its own processor', content: elf(62), reported: [] },
  {
    what: 'of another processor',
    content: elf(183),
    reported: ['BUNDLE_FILE /k3s is a program for arm64; bundle.lock.yaml says amd64'],
  },
  { what: 'that is a script', content: Buffer.from('#!/bin/sh'), reported: [] },
  { what: 'of no bytes', content: Buffer.alloc(0), reported: [] },
])('checks a program $what', async ({ content, reported }) => {
  const files = wholeBundle().map((file) =>
    file.name === 'k3s'
      ? { ...file, size: content.length, sha256: createHash('sha256').update(content).digest('hex') }
      : file,
  )
  writeFileSync(join(folder, 'k3s'), content)
  writeLock({ version: 1, description: 'test', files })
  expect(await problems()).toEqual(reported)
})

const files = testBundle().files
const AT = 'BUNDLE_LOCK /bundle.lock.yaml'
it.each([
  {
    what: 'no lock',
    lock: undefined,
    reported: ['BUNDLE_MISSING there is no bundle in  (no bundle.lock.yaml)'],
  },
  {
    what: 'a lock that is not YAML',
    lock: 'version: 1\na: [',
    reported: [`${AT}:2:5: it is not valid YAML: a ] is missing at the end of the value, or not indented`],
  },
  { what: 'an empty lock', lock: '', reported: [`${AT}: it must be a mapping`] },
  {
    what: 'no files',
    lock: 'version: 1\ndescription: x\nfiles: []\n',
    reported: [`${AT}:3:8: files is empty`],
  },
  {
    what: 'a later version',
    lock: { version: 3, description: 'x', files },
    reported: [`${AT}: it has version 3; this convecthub reads up to 2`],
  },
  {
    what: 'several mistakes',
    lock: `version: 1
files:
  - name: my k3s
    size: big
    kind: rpm
    architecture: amd64
    roles: [driver]
    sha1: x
`,
    reported: [
      `${AT}:1:1: description is missing`,
      `${AT}:3:11: files[0].name must be a relative path of letters, digits and . _ + @ -`,
      `${AT}:4:11: files[0].size must be a number`,
      `${AT}:3:5: files[0].sha256 is missing`,
      `${AT}:5:11: files[0].kind must be k3s, helm, images, chart, packages, registry or source`,
      `${AT}:8:5: files[0] has an unknown field: sha1`,
    ],
  },
  {
    what: 'neither helm nor chart',
    lock: { version: 1, description: 'x', files: files.slice(0, 1) },
    reported: [`${AT}: it lacks: helm, the JupyterHub chart (.tgz)`],
  },
  {
    what: 'a K3s without its version',
    lock: { version: 1, description: 'x', files: files.map(({ version: _, ...file }) => file) },
    reported: [`${AT}: the file k3s has no version`],
  },
])('refuses a bundle with $what', async ({ lock, reported }) => {
  if (lock !== undefined) writeLock(lock)
  expect(await problems()).toEqual(reported)
})

it.each([
  {
    name: 'gone',
    reason: 'no such folder',
    hint: 'name the folder that has it (plan and provision: --bundle FOLDER), or make one: convecthub bundle init PATH',
  },
  { name: 'file', reason: 'not a directory', hint: 'name the folder that has it' },
  {
    name: 'bare',
    reason: 'no bundle.lock.yaml',
    hint: 'put its files there and describe them: convecthub bundle lock PATH; or name the folder that has it (plan and provision: --bundle FOLDER)',
  },
  {
    name: 'asked',
    reason: 'no bundle.lock.yaml',
    hint: 'fetch what its bundle.yaml asks for: convecthub bundle pull PATH',
  },
  {
    name: 'odd',
    reason: 'it is a folder, not a file',
    hint: 'look who may read it: ls -l PATH/bundle.lock.yaml',
  },
])('refuses a place without a bundle ($name), and says what makes one', async ({ name, reason, hint }) => {
  put('file')
  for (const path of ['bare', 'asked', 'odd/bundle.lock.yaml'])
    mkdirSync(join(folder, path), { recursive: true })
  put('asked/bundle.yaml')
  const path = join(folder, name)
  await expect(loadBundle(path)).rejects.toMatchObject({
    code: 'BUNDLE_MISSING',
    message: `there is no bundle in ${path} (${reason})`,
    details: { hint: hint.replace('PATH', path) },
  })
})

it.each([
  { what: 'the sample', change: {}, ok: true },
  { what: 'a path in folders', change: { name: 'a/b-1.0_x+y@z.tar.zst' }, ok: true },
  { what: 'a path that leaves the folder', change: { name: '../k3s' }, ok: false },
  { what: 'a path that leaves the folder indirectly', change: { name: 'a/../../k3s' }, ok: false },
  { what: 'an absolute path', change: { name: '/etc/passwd' }, ok: false },
  { what: 'a blank in a path', change: { name: 'my k3s' }, ok: false },
  { what: 'a shell metacharacter in a path', change: { name: 'k3s;reboot' }, ok: false },
  { what: 'no path', change: { name: '' }, ok: false },
  { what: 'a fractional size', change: { size: 1.5 }, ok: false },
  { what: 'a negative size', change: { size: -1 }, ok: false },
  { what: 'an empty file', change: { size: 0 }, ok: true },
  { what: 'a short digest', change: { sha256: 'abc' }, ok: false },
  { what: 'a digest in capitals', change: { sha256: 'A'.repeat(64) }, ok: false },
  { what: 'an unknown kind', change: { kind: 'rpm' }, ok: false },
  { what: 'the kernel’s name for an architecture', change: { architecture: 'x86_64' }, ok: false },
  { what: 'no role', change: { roles: [] }, ok: false },
  { what: 'no role, for a file that stays', change: { roles: [], kind: 'source' }, ok: true },
  { what: 'an unknown role', change: { roles: ['registry'] }, ok: false },
  { what: 'an unknown field', change: { sha1: 'x' }, ok: false },
])('accepts a lock with $what: $ok', ({ change, ok }) => {
  const lock = { version: 1, description: 'x', files: [{ ...artifact('k3s'), ...change }] }
  expect(bundleLockSchema.safeParse(lock).success).toBe(ok)
})

it.each([
  { what: 'restored times, when the cache is ignored', backdate: true, anew: true },
  { what: 'restored times, when its digest is cached', backdate: true, anew: false },
  { what: 'new times', backdate: false, anew: false },
])('finds a big file with one changed byte and $what', async ({ backdate, anew }) => {
  vi.stubEnv('XDG_CACHE_HOME', join(folder, '../', `${basename(folder)}-cache`))
  const big = Buffer.alloc(9 * 1024 * 1024)
  const path = join(folder, 'images.tar')
  wholeBundle()
  const lock = parse(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8'))
  writeFileSync(path, big)
  const sha256 = createHash('sha256').update(big).digest('hex')
  lock.files.push({ ...artifact('images.tar'), kind: 'images', size: big.length, sha256 })
  writeLock(lock)
  expect(await problems()).toEqual([])
  const { atime, mtime } = statSync(path)
  big[5_000_000] = 1
  writeFileSync(path, big)
  if (backdate) utimesSync(path, atime, mtime)
  expect(await problems(anew)).toEqual([expect.stringContaining('images.tar has the sha256 ')])
  rmSync(join(folder, '../', `${basename(folder)}-cache`), { recursive: true })
  vi.unstubAllEnvs()
})

it.each([
  { path: '/usr/local/bin/k3s', part: '/usr/local/bin/.k3s.part' },
  {
    path: '/var/tmp/convecthub/jupyterhub-4.4.0.tgz',
    part: '/var/tmp/convecthub/.jupyterhub-4.4.0.tgz.part',
  },
  { path: '/var/lib/rancher/k3s/agent/images/a.tar', part: '/var/lib/rancher/k3s/agent/.a.tar.part' },
])('writes $path at $part first', ({ path, part }) => {
  expect(partialPath(path)).toBe(part)
})

it('tells how far it is, and stops when it is told to', async () => {
  const files = wholeBundle()
  const size = files.reduce((sum, each) => sum + each.size, 0)
  const heard: WorkEvent[] = []
  await loadBundle(folder, { emit: (event) => heard.push(event) })
  expect(heard[0]).toEqual({ event: 'wanted', count: files.length, all: true, size })
  const bytes = heard.map((each) => (each.event === 'bytes' ? each.count : 0))
  expect(bytes.reduce((sum, each) => sum + each)).toBe(size)
  const names = (of: WorkEvent['event']) =>
    heard.flatMap((each) => (each.event === of && 'name' in each ? each.name : [])).toSorted()
  for (const of of ['begin', 'done'] as const)
    expect(names(of)).toEqual(files.map(({ name }) => name).toSorted())
  await expect(loadBundle(folder, { signal: AbortSignal.abort() })).rejects.toThrow('aborted')
})
