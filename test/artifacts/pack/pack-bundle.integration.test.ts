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
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { loadBundle, readLock } from '../../../src/artifacts/load-bundle.ts'
import { packBundle } from '../../../src/artifacts/pack/pack-bundle.ts'
import { unpackBundle } from '../../../src/artifacts/pack/unpack-bundle.ts'
import { testBundle } from '../../helpers/test-cluster.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'convecthub-pack-'))
})
afterEach(() => rmSync(root, { recursive: true }))

const at = (...names: string[]) => join(root, ...names)
const ignore = () => {}

/** Writes a bundle whose files hold their names many times over; `changes` gives other texts. */
function writeBundle(folder: string, changes: Readonly<Record<string, string>> = {}): void {
  const files = testBundle().files.map((file) => {
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
  return packBundle(at(folder), readLock(at(folder)), out, { ...split, ...base, onBytes: ignore })
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
  await unpackBundle(parts[0] ?? '', at('two'), ignore)
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
  const { written, there } = await unpackBundle(at('b.tar'), at('old'), ignore)
  expect(written.map(({ name }) => name)).toEqual(['helm'])
  expect(there).toBe(testBundle().files.length - 1)
  expect(digests('old')).toEqual(digests('new'))
})

it('refuses a difference where the older bundle is missing, and says what is', async () => {
  writeBundle('old')
  writeBundle('new', { helm: 'another helm' })
  await pack('new', { base: 'old' })
  await expect(unpackBundle(at('b.tar'), at('empty'), ignore)).rejects.toMatchObject({
    code: 'BUNDLE_PACK',
    message: expect.stringMatching(/lacks k3s, .* and the pack does not hold it/),
  })
  expect([...digests('empty').keys()]).toEqual(['helm'])
})

it('goes on where it was interrupted: what is there and right is not written again', async () => {
  writeBundle('one')
  await pack('one')
  await unpackBundle(at('b.tar'), at('two'), ignore)
  rmSync(at('two', 'helm'))
  const before = statSync(at('two', 'k3s')).mtimeMs
  const { written } = await unpackBundle(at('b.tar'), at('two'), ignore)
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
    damage: () => rmSync(at('b.tar.003')),
    code: 'ARCHIVE',
    message: /b\.tar\.001 to b\.tar\.002 cannot be used: it is cut short/,
  },
  {
    what: 'a missing part in the middle',
    damage: () => rmSync(at('b.tar.002')),
    code: 'ARCHIVE',
    message: /b\.tar\.001 cannot be used: it is cut short/,
  },
  {
    what: 'a part cut short',
    damage: () => truncateSync(at('b.tar.003'), 10_000),
    code: 'ARCHIVE',
    message: /b\.tar\.001 to b\.tar\.\d+ cannot be used/,
  },
  { what: 'no part', damage: () => rmSync(at('b.tar.001')), message: /there is no pack/ },
  {
    what: 'a changed byte in a file',
    damage: () => {
      const content = readFileSync(at('b.tar.001'))
      content.writeUInt8(content.readUInt8(40_000) ^ 1, 40_000)
      writeFileSync(at('b.tar.001'), content)
    },
    message: /is damaged: \S+ in it is not what its bundle\.lock\.yaml says/,
  },
])('refuses a pack with $what, and leaves no lock', async ({ damage, message, code = 'BUNDLE_PACK' }) => {
  writeBundle('one')
  const { parts } = await pack('one', { split: 100_000 })
  expect(parts.length).toBeGreaterThanOrEqual(3)
  damage()
  await expect(unpackBundle(at('b.tar.001'), at('two'), ignore)).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
  })
  expect([...digests('two').keys()].filter((name) => /lock|part/.test(name))).toEqual([])
})

it.each([
  { what: 'a text', content: 'hello', code: 'ARCHIVE' },
  { what: 'an empty file', content: '', code: 'ARCHIVE' },
])('says that $what is no pack', async ({ content, code }) => {
  writeFileSync(at('x.tar'), content)
  await expect(unpackBundle(at('x.tar'), at('two'), ignore)).rejects.toMatchObject({ code })
})

it('refuses a member that the lock does not list', async () => {
  writeBundle('one')
  writeFileSync(at('one', 'evil'), 'x')
  execFileSync('tar', ['cf', at('x.tar'), '-C', at('one'), 'bundle.lock.yaml', 'evil'])
  await expect(unpackBundle(at('x.tar'), at('two'), ignore)).rejects.toMatchObject({
    code: 'BUNDLE_PACK',
    message: expect.stringContaining('it holds evil'),
  })
  expect(digests('one').has('evil')).toBe(true)
  expect(() => statSync(at('two', 'evil'))).toThrow()
})

it('packs no file that changed while it was packed', async () => {
  writeBundle('one')
  const lock = readLock(at('one'))
  appendFileSync(at('one', 'helm'), 'more')
  await packBundle(at('one'), lock, at('b.tar'), { onBytes: ignore })
  await expect(unpackBundle(at('b.tar'), at('two'), ignore)).rejects.toMatchObject({ code: 'BUNDLE_PACK' })
})
