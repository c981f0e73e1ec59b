import { gzipSync } from 'node:zlib'
import type { Block } from '../../../src/transport/connection.ts'

/** Data as blocks of that many bytes, each in pieces; every second one packed when `packed`. */
export async function* blocksOf(data: Uint8Array, size: number, packed = false): AsyncGenerator<Block> {
  for (let at = 0, count = 0; at < data.length; at += size, count++) {
    const piece = data.subarray(at, at + size)
    const bytes = packed && count % 2 === 1 ? gzipSync(piece) : piece
    const raw = bytes === piece ? {} : { raw: piece.length }
    yield { size: bytes.length, ...raw, data: pieces(bytes, 50_001) }
  }
}

/** Blocks of zeros without end. */
export async function* endlessBlocks(): AsyncGenerator<Block> {
  for (;;) yield { size: 60_000, data: [Buffer.alloc(60_000)] }
}

function* pieces(data: Uint8Array, size: number) {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
}
