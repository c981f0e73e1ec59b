import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import type { Reader } from '../artifacts/shared-file.ts'
import type { Block } from '../transport/connection.ts'

const compress = promisify(gzip)

/**
 * Sizes of an uncompressed block, bytes. Each block starts two programs on the host, so blocks grow until one takes
 * SLOW_MS. An abort waits for the current block, so they shrink when the link becomes slow.
 */
const SMALLEST = 256 * 1024
const LARGEST = 64 * 1024 * 1024
const SLOW_MS = 250

/**
 * A block is at most half of what is left, but this limit never goes below LAST, bytes. The host hashes the last block
 * after it has arrived, so a small one shortens the wait at the end.
 */
const LAST = 8 * 1024 * 1024

/** How much of the file goes into one compressed block, bytes. */
const PACKED = 1024 * 1024

/** Below this speed, bytes per second, sending compressed data is faster although gzip takes time. */
const SLOW_LINK = 30e6

export interface BlockOptions {
  /** How many bytes to send. */
  size: number
  /** False for a file that is already compressed. */
  packable: boolean
  /** Called after each block with the number of bytes sent so far. */
  sent(bytes: number): void
}

/**
 * Splits the rest of a file into blocks. Measures the link while it sends uncompressed blocks; on a slow link it
 * compresses the rest, unless the file is already compressed.
 */
export async function* blocks(reader: Reader, { size, packable, sent }: BlockOptions): AsyncGenerator<Block> {
  let left = size
  let length = SMALLEST
  let compressRest = false
  while (left > 0 && !compressRest) {
    const now = Math.min(length, left, Math.max(LAST, Math.ceil(left / 2)))
    const began = performance.now()
    yield { size: now, data: pieces(reader, now) }
    const ms = performance.now() - began
    left -= now
    sent(size - left)
    if (now === length && ms < SLOW_MS && length < LARGEST) length *= 2
    else if (now === length) compressRest = packable && (now / ms) * 1000 < SLOW_LINK
    if (ms > 2 * SLOW_MS) length = Math.max(SMALLEST, length / 2)
  }
  let next = packed(reader, left)
  while (left > 0) {
    const { raw, block } = await next
    left -= raw
    // compress the next block while this one is being sent
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

/** Reads and compresses the next block of the `left` bytes. */
async function packed(reader: Reader, left: number): Promise<Packed> {
  const raw = Math.min(PACKED, left)
  const whole = Buffer.allocUnsafe(raw)
  let filled = 0
  for await (const piece of pieces(reader, raw)) {
    whole.set(piece, filled)
    filled += piece.length
  }
  const data = await compress(whole, { level: constants.Z_BEST_SPEED })
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
