import { gzipSync } from 'node:zlib'
import type { Block } from '../../../src/transport/connection.ts'

/** Splits data into blocks of `size` bytes, each in several chunks. With `packed`, every second block is gzip. */
export async function* blocksOf(data: Uint8Array, size: number, packed = false): AsyncGenerator<Block> {
  for (let at = 0, count = 0; at < data.length; at += size, count++) {
    const piece = data.subarray(at, at + size)
    const bytes = packed && count % 2 === 1 ? gzipSync(piece) : piece
    const raw = bytes === piece ? {} : { raw: piece.length }
    yield { size: bytes.length, ...raw, data: pieces(bytes, 50_001) }
  }
}

/** Endless blocks of zeros. */
export async function* endlessBlocks(): AsyncGenerator<Block> {
  for (;;) yield { size: 60_000, data: [Buffer.alloc(60_000)] }
}

/** Yields chunks in a buffer that is reused and cleared at once, as a real source may do. */
function* pieces(data: Uint8Array, size: number) {
  const memory = Buffer.alloc(size)
  for (let at = 0; at < data.length; at += size) {
    const piece = data.subarray(at, at + size)
    memory.set(piece)
    yield memory.subarray(0, piece.length)
    memory.fill(0)
  }
}
