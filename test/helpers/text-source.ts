import type { Readable } from '../../src/artifacts/shared-file.ts'

/** The content of an artifact, from memory. */
export function textSource(content: string | Uint8Array): Readable {
  const bytes = Buffer.from(content)
  return {
    reader(offset = 0) {
      let at = offset
      return {
        read: async (most) => {
          const piece = bytes.subarray(at, at + most)
          at += piece.length
          return piece
        },
        close: async () => {},
      }
    },
  }
}
