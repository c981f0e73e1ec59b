import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { expect, it, vi } from 'vitest'
import { blocks } from '../../src/engine/blocks.ts'
import { textSource } from '../helpers/text-source.ts'

const MB = 1024 * 1024
const text = Buffer.from('the same words again and again\n'.repeat((20 * MB) / 31))

/** Sends blocks over a simulated link of `rate` bytes per second. Returns what arrived and how much was compressed. */
async function over(data: Buffer, { rate, packable = true }: { rate: number; packable?: boolean }) {
  const arrived: Buffer[] = []
  const sent: number[] = []
  let wire = 0
  let packed = 0
  let now = 0
  using _clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  for await (const block of blocks(textSource(data).reader(), {
    size: data.length,
    packable,
    sent: (bytes) => sent.push(bytes),
  })) {
    const pieces: Uint8Array[] = []
    for await (const piece of block.data) pieces.push(piece)
    const bytes = Buffer.concat(pieces)
    expect(bytes).toHaveLength(block.size)
    wire += bytes.length
    if (block.raw !== undefined) packed += 1
    now += (bytes.length / rate) * 1000
    arrived.push(block.raw === undefined ? bytes : gunzipSync(bytes))
  }
  expect(Buffer.concat(arrived).equals(data)).toBe(true)
  expect(sent).toEqual(sent.toSorted((a, b) => a - b))
  expect(sent.at(-1)).toBe(data.length)
  return { wire, packed }
}

it('compresses the rest of the file once a link has proved slow', async () => {
  const { wire, packed } = await over(text, { rate: 8 * MB })
  expect(packed).toBeGreaterThan(5)
  expect(wire).toBeLessThan(text.length / 2)
})

it.each([
  { what: 'a fast link', data: text, rate: 40 * MB, packable: true },
  { what: 'a file that is already compressed', data: text, rate: 20 * MB, packable: false },
])('compresses nothing: $what', async ({ data, rate, packable }) => {
  expect(await over(data, { rate, packable })).toEqual({ wire: data.length, packed: 0 })
})

it('goes on compressing after a part of the file that does not get smaller', async () => {
  const data = Buffer.concat([text.subarray(0, 5 * MB), randomBytes(2 * MB), text, text])
  const { wire } = await over(data, { rate: 8 * MB })
  expect(wire).toBeLessThan(data.length / 4)
})

it('sends a file as it is when its first compressed block is not smaller', async () => {
  const data = randomBytes(20 * MB)
  const { wire, packed } = await over(data, { rate: 8 * MB })
  expect(packed).toBe(1)
  expect(wire).toBeLessThan(data.length * 1.01)
})

it('blocks grow on a fast link, shrink when it becomes slow, and are small at the end', async () => {
  const sizes: number[] = []
  let now = 0
  using _clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  const source = blocks(
    { read: async (most) => Buffer.alloc(Math.min(most, MB)), close: async () => {} },
    { size: 1000 * MB, packable: false, sent: () => {} },
  )
  for await (const { size } of source) {
    now += sizes.length === 12 || sizes.length === 13 ? 600 : 100
    sizes.push(size / MB)
  }
  expect(sizes.slice(0, 12)).toEqual([1 / 4, 1 / 2, 1, 2, 4, 8, 16, 32, 64, 64, 64, 64])
  expect(sizes.slice(12, 17)).toEqual([64, 32, 16, 32, 64])
  expect(Math.max(...sizes.slice(-2))).toBeLessThanOrEqual(8)
})

it('throws when the file has become shorter', async () => {
  await expect(async () => {
    for await (const { data } of blocks(textSource('short').reader(), {
      size: 10,
      packable: false,
      sent: () => {},
    }))
      for await (const _piece of data);
  }).rejects.toThrow('the file has become shorter')
})
