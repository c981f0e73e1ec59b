import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Reader } from '../artifacts/shared-file.ts'
import type { Block } from '../transport/connection.ts'

const pack = promisify(gzip)

/**
 * Sizes of a plain block, bytes. Each costs two programs on the host, so they grow until one takes SLOW_MS; an abort
 * waits for the end of one, so they shrink when the link becomes slow.
 */
const SMALLEST = 256 * 1024
const LARGEST = 64 * 1024 * 1024
const SLOW_MS = 250

/** Below that the last blocks do not shrink, bytes: the host hashes the last one when all has arrived. */
const LAST = 8 * 1024 * 1024

/** What is packed at once, bytes. */
const PACKED = 1024 * 1024

/** gzip does not keep up with a faster link on any machine, bytes a second. */
const FAST = 150e6

/** What packing must gain to be worth it. */
const GAIN = 1.25

/** Packed blocks between two looks at whether they are really faster. */
const TRIED = 8

export interface BlockOptions {
  /** How many bytes there are to send. */
  size: number
  /** False for what is packed already. */
  packable: boolean
  /** Told after each block how many bytes of the file have gone. */
  sent(bytes: number): void
}

/**
 * What is left of a file as blocks. The link is measured while plain blocks go; where gzip would bring the file over
 * faster, by a sample of the file itself, the rest goes packed, and plain again when that proves slower.
 */
export async function* blocks(reader: Reader, { size, packable, sent }: BlockOptions): AsyncGenerator<Block> {
  let left = size
  let length = SMALLEST
  /** Of plain blocks, bytes a second. */
  let wire: number | undefined
  let undecided = packable

  while (left > 0) {
    const now = Math.min(length, left, Math.max(LAST, Math.ceil(left / 2)))
    const began = performance.now()
    yield { size: now, data: pieces(reader, now) }
    const ms = performance.now() - began
    left -= now
    sent(size - left)
    if (now === length && ms < SLOW_MS && length < LARGEST) length *= 2
    else if (now === length) wire = (now / ms) * 1000
    if (ms > 2 * SLOW_MS) length = Math.max(SMALLEST, length / 2)
    if (!undecided || !wire || left < 4 * PACKED) continue
    undecided = false
    if (wire > FAST) continue
    const before = performance.now()
    const sample = await packed(reader, Math.min(PACKED, left))
    const packing = (sample.raw / (performance.now() - before)) * 1000
    const worth = Math.min(packing, (wire * sample.raw) / sample.block.size) > GAIN * wire
    let next: Promise<Packed> | undefined = Promise.resolve(sample)
    for (let since = performance.now(), gone = 0, count = 1; next; count++) {
      const { raw, block } = await next
      left -= raw
      const goesOn =
        worth && left > 0 && (count % TRIED !== 0 || gone / (performance.now() - since) > wire / 1000)
      // packed while the one before is on its way
      next = goesOn ? packed(reader, Math.min(PACKED, left)) : undefined
      next?.catch(() => {})
      yield block
      gone += raw
      sent(size - left)
    }
  }
}

interface Packed {
  raw: number
  block: Block
}

async function packed(reader: Reader, raw: number): Promise<Packed> {
  const whole = Buffer.allocUnsafe(raw)
  let filled = 0
  for await (const piece of pieces(reader, raw)) {
    whole.set(piece, filled)
    filled += piece.length
  }
  const data = await pack(whole, { level: constants.Z_BEST_SPEED })
  return { raw, block: { size: data.length, raw, data: [data] } }
}

async function* pieces(reader: Reader, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const piece = await reader.read(left)
    if (piece.length === 0) throw new Error('the file has become shorter')
    left -= piece.length
    yield piece
  }
}
