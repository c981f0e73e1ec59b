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

/** On a slower link gzip brings what it makes smaller over sooner, bytes a second. */
const SLOW_LINK = 30e6

export interface BlockOptions {
  /** How many bytes there are to send. */
  size: number
  /** False for what is packed already. */
  packable: boolean
  /** Told after each block how many bytes of the file have gone. */
  sent(bytes: number): void
}

/**
 * What is left of a file as blocks. The link is measured while plain blocks go; where it is slow, the rest of a file that
 * is not packed already goes packed.
 */
export async function* blocks(reader: Reader, { size, packable, sent }: BlockOptions): AsyncGenerator<Block> {
  let left = size
  let length = SMALLEST
  let packs = false
  while (left > 0 && !packs) {
    const now = Math.min(length, left, Math.max(LAST, Math.ceil(left / 2)))
    const began = performance.now()
    yield { size: now, data: pieces(reader, now) }
    const ms = performance.now() - began
    left -= now
    sent(size - left)
    if (now === length && ms < SLOW_MS && length < LARGEST) length *= 2
    else if (now === length) packs = packable && (now / ms) * 1000 < SLOW_LINK
    if (ms > 2 * SLOW_MS) length = Math.max(SMALLEST, length / 2)
  }
  let next = packed(reader, left)
  while (left > 0) {
    const { raw, block } = await next
    left -= raw
    // packed while the one before is on its way
    next = packed(reader, left)
    next.catch(() => {})
    yield block
    sent(size - left)
  }
}

interface Packed {
  raw: number
  block: Block
}

/** The next piece of the `left` bytes. */
async function packed(reader: Reader, left: number): Promise<Packed> {
  const raw = Math.min(PACKED, left)
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
