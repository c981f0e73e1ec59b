import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Reader, SharedFile } from '../../src/artifacts/shared-file.ts'

const MB = 1024 * 1024
const SIZE = 40 * MB + 17
let folder: string
let path: string
let wanted: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'cvh-shared-'))
  path = join(folder, 'file')
  const data = randomBytes(SIZE)
  writeFileSync(path, data)
  wanted = createHash('sha256').update(data).digest('hex')
})
afterAll(() => rmSync(folder, { recursive: true }))

/** How many bytes this process has read so far, including what the tests themselves read. */
const readSoFar = () => Number(/^rchar: (\d+)/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])

async function drain(
  reader: Reader,
  most: number,
  between: () => Promise<void> = async () => {},
): Promise<string> {
  const hash = createHash('sha256')
  for (;;) {
    const piece = await reader.read(most)
    if (piece.length === 0) break
    expect(piece.length).toBeLessThanOrEqual(most)
    hash.update(piece)
    await between()
  }
  await reader.close()
  return hash.digest('hex')
}

it('reads the file once for ten readers of about the same speed', async () => {
  const file = new SharedFile(path)
  const before = readSoFar()
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const sizes = [MB, 300_000, 7 * MB, 65_536, 1_000_003, MB, MB, 123_457, MB, 999_999]
  const digests = await Promise.all(sizes.map((most) => drain(file.reader(), most, turn)))
  expect(new Set(digests)).toEqual(new Set([wanted]))
  expect(readSoFar() - before).toBeLessThan(SIZE * 1.05)
})

it('reads ahead while a piece is in use', async () => {
  const before = readSoFar()
  const reader = new SharedFile(path).reader()
  const { length } = await reader.read(7 * MB)
  await vi.waitFor(() => expect(readSoFar() - before).toBeGreaterThan(1.5 * length))
  await reader.close()
})

it('gives the right bytes to late readers and to readers that start in the middle', async () => {
  const file = new SharedFile(path)
  const first = file.reader()
  const late: Promise<string>[] = []
  let count = 0
  const digest = await drain(first, MB, async () => {
    count += 1
    if (count === 35) late.push(drain(file.reader(), MB))
  })
  expect([digest, ...(await Promise.all(late))]).toEqual([wanted, wanted])
  const middle = file.reader(30 * MB + 5)
  const tail = readFileSync(path).subarray(30 * MB + 5)
  expect(await drain(middle, 500_000)).toBe(createHash('sha256').update(tail).digest('hex'))
})

it('lets the others pass a stalled reader, whose bytes stay valid', async () => {
  const file = new SharedFile(path)
  const stalled = file.reader()
  const piece = await stalled.read(MB)
  expect(await drain(file.reader(), MB)).toBe(wanted)
  expect(readFileSync(path).subarray(0, piece.length).equals(piece)).toBe(true)
  await stalled.close()
})

it('rejects the first read of a missing file', async () => {
  const reader = new SharedFile(join(folder, 'none')).reader()
  await expect(reader.read(10)).rejects.toThrow('ENOENT')
  await reader.close()
})
