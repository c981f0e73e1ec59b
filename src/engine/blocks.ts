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

/** Compressed data must be smaller than this part of the file. */
const WORTHWHILE = 0.9

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
 * compresses the rest, unless the file is already compressed or does not get smaller.
 */
export async function* blocks(reader: Reader, { size, packable, sent }: BlockOptions): AsyncGenerator<Block> {
  const rest: Rest = {
    reader,
    left: size,
    gone(bytes) {
      this.left -= bytes
      sent(size - this.left)
    },
  }
  const slow = yield* plainBlocks(rest, packable)
  if (slow) yield* compressedBlocks(rest)
  yield* plainBlocks(rest, false)
}

/** What is left of a file. */
interface Rest {
  reader: Reader
  left: number
  /** This many bytes of the file have been sent. */
  gone(bytes: number): void
}

/** Ends with true as soon as the link proves slow, if `measure` asks for that; else at the end of the file. */
async function* plainBlocks(rest: Rest, measure: boolean): AsyncGenerator<Block, boolean> {
  let length = SMALLEST
  while (rest.left > 0) {
    const size = Math.min(length, rest.left, Math.max(LAST, Math.ceil(rest.left / 2)))
    const began = performance.now()
    yield { size, data: pieces(rest.reader, size) }
    const ms = performance.now() - began
    rest.gone(size)
    if (size === length && ms < SLOW_MS && length < LARGEST) length *= 2
    else if (size === length && measure && (size / ms) * 1000 < SLOW_LINK) return true
    if (ms > 2 * SLOW_MS) length = Math.max(SMALLEST, length / 2)
  }
  return false
}

/** Ends at the end of the file, or when compression has saved too little so far. */
async function* compressedBlocks(rest: Rest): AsyncGenerator<Block> {
  const begin = (ahead: number) => {
    const next = packed(rest.reader, rest.left - ahead)
    next.catch(() => {})
    return next
  }
  let saved = 0
  for (let next: Promise<Packed> | undefined = begin(0); next; ) {
    const { raw, block }: Packed = await next
    saved += WORTHWHILE * raw - block.size
    // compress the next block while this one is being sent
    next = rest.left > raw && saved > 0 ? begin(raw) : undefined
    yield block
    rest.gone(raw)
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
