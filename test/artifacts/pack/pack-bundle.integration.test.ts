import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import type { Artifact } from '../../../src/artifacts/bundle-lock.ts'
import { loadBundle, readLock } from '../../../src/artifacts/load-bundle.ts'
import { packBundle } from '../../../src/artifacts/pack/pack-bundle.ts'
import { unpackBundle } from '../../../src/artifacts/pack/unpack-bundle.ts'
import { onlyOnePull } from '../../../src/artifacts/pull/only-one-pull.ts'
import type { WorkEvent } from '../../../src/artifacts/work-event.ts'
import { artifact, testBundle } from '../../helpers/test-cluster.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'convecthub-pack-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const at = (...names: string[]) => join(root, ...names)

/** Writes a bundle whose files hold their names many times over; `changes` gives other texts. */
function writeBundle(
  folder: string,
  changes: Readonly<Record<string, string>> = {},
  more: readonly Artifact[] = [],
): void {
  const files = [...testBundle().files, ...more].map((file) => {
    const content = Buffer.from((changes[file.name] ?? file.name).repeat(5000))
    const path = at(folder, file.name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, content)
    return { ...file, size: content.length, sha256: createHash('sha256').update(content).digest('hex') }
  })
  writeFileSync(at(folder, 'bundle.lock.yaml'), stringify({ version: 2, description: 'test', files }))
}

async function pack(folder: string, options: { split?: number; base?: string } = {}, out = at('b.tar')) {
  const base = options.base === undefined ? {} : { base: readLock(at(options.base)) }
  const split = options.split === undefined ? {} : { split: options.split }
  return packBundle(at(folder), readLock(at(folder)), out, { ...split, ...base })
}

const digests = (folder: string) =>
  new Map(
    (existsSync(at(folder)) ? (readdirSync(at(folder), { recursive: true }) as string[]) : [])
      .filter((name) => statSync(at(folder, name)).isFile())
      .map((name) => [
        name,
        createHash('sha256')
          .update(readFileSync(at(folder, name)))
          .digest('hex'),
      ]),
  )

it.each([undefined, 100_000, 65_536])('unpacks what it packed, in parts of %s bytes', async (split) => {
  writeBundle('one')
  const { parts, size } = await pack('one', split === undefined ? {} : { split })
  expect(parts.map((part) => statSync(part).size).reduce((sum, each) => sum + each)).toBe(size)
  if (split !== undefined) expect(Math.max(...parts.map((part) => statSync(part).size))).toBe(split)
  await unpackBundle(parts[0] ?? '', at('two'))
  expect(digests('two')).toEqual(digests('one'))
  await loadBundle(at('two'), { anew: true })
  expect(statSync(at('two', 'k3s')).mode & 0o777).toBe(0o755)
})

it('packs the same bundle into the same bytes, which tar can read', async () => {
  writeBundle('one')
  await pack('one')
  await pack('one', {}, at('c.tar'))
  expect(readFileSync(at('b.tar')).equals(readFileSync(at('c.tar')))).toBe(true)
  const [first, ...others] = execFileSync('tar', ['tf', at('b.tar')], { encoding: 'utf8' })
    .trim()
    .split('\n')
  expect(first).toBe('bundle.lock.yaml')
  expect(others).toEqual(testBundle().files.map(({ name }) => name))
})

it('packs only what an older bundle does not have', async () => {
  writeBundle('old')
  writeBundle('new', { helm: 'another helm' })
  const { files } = await pack('new', { base: 'old' })
  expect(files.map(({ name }) => name)).toEqual(['helm'])
  const { written, there } = await unpackBundle(at('b.tar'), at('old'))
  expect(written.map(({ name }) => name)).toEqual(['helm'])
  expect(there).toBe(testBundle().files.length - 1)
  expect(digests('old')).toEqual(digests('new'))
})

it('refuses a difference where the older bundle is missing, and says what is', async () => {
  writeBundle('old')
  writeBundle('new', { helm: 'another helm' })
  await pack('new', { base: 'old' })
  await expect(unpackBundle(at('b.tar'), at('empty'))).rejects.toMatchObject({
    code: 'BUNDLE_PACK',
    message: expect.stringMatching(/lacks k3s, .* and the pack does not hold them$/),
  })
  // what the pack holds is kept for another try, but not in its place
  expect([...digests('empty').keys()]).toEqual(['.pull/unpack/helm'])
})

it('goes on where it was interrupted: what is there and right is not written again', async () => {
  writeBundle('one')
  await pack('one')
  await unpackBundle(at('b.tar'), at('two'))
  rmSync(at('two', 'helm'))
  const before = statSync(at('two', 'k3s')).mtimeMs
  const { written } = await unpackBundle(at('b.tar'), at('two'))
  expect(written.map(({ name }) => name)).toEqual(['helm'])
  expect(statSync(at('two', 'k3s')).mtimeMs).toBe(before)
})

it('writes over no file', async () => {
  writeBundle('one')
  await pack('one')
  await expect(pack('one')).rejects.toMatchObject({ code: 'FILE_EXISTS' })
  await expect(pack('one', { split: 1000 })).rejects.toMatchObject({ code: 'FILE_EXISTS' })
})

it.each([
  {
    what: 'a missing last part',
    damage: (parts: readonly string[]) => rmSync(parts.at(-1) ?? ''),
    message: /b\.tar\.001 to b\.tar\.\d+ is damaged: it is cut short/,
  },
  {
    what: 'a missing part in the middle',
    damage: () => rmSync(at('b.tar.002')),
    message: /^the pack \S+\/b\.tar lacks \S+\/b\.tar\.002; b\.tar\.\d+ is there$/,
  },
  {
    what: 'a part cut short',
    damage: () => truncateSync(at('b.tar.003'), 10_000),
    message: /b\.tar\.001 to b\.tar\.\d+ is damaged: /,
  },
  {
    what: 'a missing first part',
    damage: () => rmSync(at('b.tar.001')),
    message: /lacks \S+\/b\.tar\.001; /,
  },
  {
    what: 'no part',
    damage: (parts: readonly string[]) => {
      for (const part of parts) rmSync(part)
    },
    message: /there is no pack/,
  },
  {
    what: 'a changed byte in a file',
    damage: () => {
      const content = readFileSync(at('b.tar.001'))
      content.writeUInt8(content.readUInt8(40_000) ^ 1, 40_000)
      writeFileSync(at('b.tar.001'), content)
    },
    message: /is damaged: \S+ in it is not what its bundle\.lock\.yaml says/,
  },
])('refuses a pack with $what, and leaves nothing in its place', async ({ damage, message }) => {
  writeBundle('one')
  const { parts } = await pack('one', { split: 100_000 })
  expect(parts.length).toBeGreaterThanOrEqual(3)
  damage(parts)
  await expect(unpackBundle(at('b.tar.001'), at('two'))).rejects.toMatchObject({
    code: 'BUNDLE_PACK',
    message: expect.stringMatching(message),
  })
  const left = [...digests('two').keys()]
  expect(left.filter((name) => !name.startsWith('.pull/unpack/') || name.endsWith('.part'))).toEqual([])
})

it.each([
  { what: 'a text', content: 'hello' },
  { what: 'an empty file', content: '' },
])('says that $what is not a pack, and makes no folder', async ({ content }) => {
  writeFileSync(at('x.tar'), content)
  await expect(unpackBundle(at('x.tar'), at('two'))).rejects.toMatchObject({
    code: 'BUNDLE_PACK',
    message: `${at('x.tar')} is not a pack of a bundle`,
  })
  expect(existsSync(at('two'))).toBe(false)
})

it('unpacks whichever part is named, and from a name without a number', async () => {
  writeBundle('one')
  await pack('one', { split: 100_000 })
  for (const [at_, name] of ['b.tar.002', 'b.tar'].entries()) {
    await unpackBundle(at(name), at(`to${at_}`))
    expect(digests(`to${at_}`)).toEqual(digests('one'))
  }
})

it('refuses a member that the lock does not list', async () => {
  writeBundle('one')
  writeFileSync(at('one', 'evil'), 'x')
  execFileSync('tar', ['cf', at('x.tar'), '-C', at('one'), 'bundle.lock.yaml', 'evil'])
  await expect(unpackBundle(at('x.tar'), at('two'))).rejects.toMatchObject({
    code: 'BUNDLE_PACK',
    message: expect.stringContaining('it holds evil'),
  })
  expect(digests('one').has('evil')).toBe(true)
  expect(() => statSync(at('two', 'evil'))).toThrow()
})

it.each([
  {
    what: 'has grown',
    change: () => appendFileSync(at('one', 'helm'), 'more'),
    message: /helm is 20004 bytes; bundle\.lock\.yaml says 20000$/,
  },
  {
    what: 'has other bytes',
    change: () => writeFileSync(at('one', 'helm'), 'HELM'.repeat(5000)),
    message: /helm has the sha256 \w+; bundle\.lock\.yaml says \w+$/,
  },
  { what: 'is missing', change: () => rmSync(at('one', 'helm')), message: /helm is missing$/ },
])('packs no bundle of which a file $what, and leaves nothing', async ({ change, message }) => {
  writeBundle('one')
  change()
  const error = await pack('one', { split: 30_000 }).catch((error) => error.errors?.[0] ?? error)
  expect(error).toMatchObject({ code: 'BUNDLE_FILE', message: expect.stringMatching(message) })
  expect(readdirSync(root)).toEqual(['one'])
})

it.each([
  { what: 'a folder', out: 'sub', hint: /^name a file in it: \S+\/sub\/bundle\.tar$/ },
  { what: 'the folder above', out: '.', hint: /^name a file in it: / },
  { what: 'a folder that is not there', out: 'none/b.tar', hint: /^make it, .*: mkdir -p \S+\/none$/ },
  { what: 'the bundle itself', out: 'one/b.tar', hint: /^name a file outside of / },
  { what: 'the bundle by another name', out: 'link/charts/b.tar', hint: /^name a file outside of / },
])('does not pack into $what', async ({ out, hint }) => {
  writeBundle('one')
  mkdirSync(at('sub'))
  mkdirSync(at('one/charts'), { recursive: true })
  symlinkSync(at('one'), at('link'))
  await expect(pack('one', {}, at(out))).rejects.toMatchObject({
    code: 'USAGE',
    details: { hint: expect.stringMatching(hint) },
  })
})

it('writes no pack beside parts of an older one, which would be taken for its own', async () => {
  writeBundle('one')
  writeFileSync(at('b.tar.007'), 'old')
  await expect(pack('one')).rejects.toMatchObject({
    code: 'FILE_EXISTS',
    message: `${at('b.tar.007')} is there already`,
    details: { hint: `name another file, or remove the old pack: rm ${at('b.tar')}.[0-9][0-9][0-9]` },
  })
})

it('refuses parts that are too small for their names', async () => {
  writeBundle('one')
  await expect(pack('one', { split: 1 })).rejects.toMatchObject({
    code: 'USAGE',
    message: expect.stringMatching(/^--split 1 makes \d+ parts; there can be 999$/),
  })
  expect(readdirSync(root)).toEqual(['one'])
})

it('tells how far packing and unpacking are', async () => {
  writeBundle('one')
  const heard: WorkEvent[] = []
  const emit = (event: WorkEvent) => heard.push(event)
  const told = () => {
    const [wanted] = heard
    const count = (of: WorkEvent['event']) => heard.filter(({ event }) => event === of).length
    const bytes = heard.reduce((sum, each) => sum + (each.event === 'bytes' ? each.count : 0), 0)
    const result = { wanted, began: count('begin'), done: count('done'), bytes }
    heard.length = 0
    return result
  }
  const { size } = await packBundle(at('one'), readLock(at('one')), at('b.tar'), { emit })
  const files = testBundle().files.length
  const content = [...digests('one').keys()].reduce((sum, name) => sum + statSync(at('one', name)).size, 0)
  expect(told()).toEqual({
    wanted: { event: 'wanted', count: files + 1, all: true, size },
    ...{ began: files + 1, done: files + 1, bytes: content },
  })
  await unpackBundle(at('b.tar'), at('two'), { emit })
  expect(told()).toEqual({
    wanted: { event: 'bytes', name: at('b.tar'), count: size },
    ...{ began: files, done: files, bytes: size },
  })
})

it('stops when it is told to, and leaves no pack', async () => {
  writeBundle('one')
  const stop = new AbortController()
  const emit = ({ event }: WorkEvent) => event === 'done' && stop.abort()
  const packing = packBundle(at('one'), readLock(at('one')), at('b.tar'), { emit, signal: stop.signal })
  await expect(packing).rejects.toThrow('aborted')
  expect(readdirSync(root)).toEqual(['one'])
})

it('keeps the bundle that is there until the new one is whole, then removes what only that had', async () => {
  writeBundle('old', {}, [artifact('images/old.tar', { from: 'quay.io/old:1' }), artifact('images/own.tar')])
  writeBundle('new', { helm: 'another helm' })
  await pack('new', { split: 100_000 })
  const before = digests('old')
  truncateSync(at('b.tar.003'), 10)
  await expect(unpackBundle(at('b.tar'), at('old'))).rejects.toMatchObject({ code: 'BUNDLE_PACK' })
  for (const [name, digest] of before) expect(digests('old').get(name)).toBe(digest)
  await pack('new', {}, at('c.tar'))
  await unpackBundle(at('c.tar'), at('old'))
  expect(new Set(digests('old').keys())).toEqual(new Set([...digests('new').keys(), 'images/own.tar']))
  await loadBundle(at('old'), { anew: true })
})

it('two at once: the second one says who works there', async () => {
  writeBundle('one')
  await pack('one')
  const release = onlyOnePull(at('two/.pull'))
  await expect(unpackBundle(at('b.tar'), at('two'))).rejects.toMatchObject({ code: 'BUNDLE_BUSY' })
  release()
  await unpackBundle(at('b.tar'), at('two'))
})

it('removes the signature of another bundle, and brings that of its own', async () => {
  writeBundle('one')
  writeBundle('two', { helm: 'another helm' })
  writeFileSync(at('two/bundle.lock.yaml.sig'), 'old')
  await pack('one')
  expect((await unpackBundle(at('b.tar'), at('two'))).unsigned).toBe(true)
  expect(existsSync(at('two/bundle.lock.yaml.sig'))).toBe(false)
  writeFileSync(at('one/bundle.lock.yaml.sig'), 'new')
  await pack('one', {}, at('c.tar'))
  expect((await unpackBundle(at('c.tar'), at('two'))).unsigned).toBe(false)
  expect(readFileSync(at('two/bundle.lock.yaml.sig'), 'utf8')).toBe('new')
})
