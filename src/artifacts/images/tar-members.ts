import { buffer } from 'node:stream/consumers'
import { createTarDecoder } from 'modern-tar'
import { ConvecthubError } from '../../errors.ts'
import { oneLine, shortened } from '../../printable.ts'
import { systemProblem } from '../../system-error.ts'
import { damaged } from './unpacked-file.ts'

/** A file or folder of an archive. */
export interface TarMember {
  /** Relative, without `./` at its beginning. */
  name: string
  type: string
  /** Bytes. */
  size: number
  /** Its content, whole; to be called before the next member is asked for, or not at all. */
  read(): Promise<Buffer>
  /** The same in pieces, which must be read to their end. */
  pieces(): AsyncGenerator<Uint8Array>
}

/** More members than any archive of images or charts has, and longer names. */
const MOST = { members: 100_000, name: 4096 }

/**
 * The members of a tar archive, one after the other; only what is read of them is kept in memory. `path` is for errors:
 * ARCHIVE for what is cut short, is not an archive, or names a file outside of it.
 */
export async function* tarMembers(path: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<TarMember> {
  let count = 0
  const explained = (error: unknown) => {
    if (error instanceof ConvecthubError || systemProblem(error)) return error
    const { message } = Object(error)
    if (/truncated|unexpected end of file/.test(message)) return damaged(path, 'it is cut short')
    return damaged(
      path,
      count > 0 ? `it is damaged (${oneLine(String(message))})` : 'it is not a tar archive',
    )
  }
  try {
    const entries = ReadableStream.from(bytes).pipeThrough(createTarDecoder({ strict: true }))
    for await (const { header, body } of entries) {
      count += 1
      if (count > MOST.members) throw damaged(path, `it has more than ${MOST.members} files`)
      const { type = 'file', size } = header
      let untouched = true
      yield {
        ...{ name: relativeName(path, header.name), type, size },
        read() {
          return buffer(this.pieces())
        },
        async *pieces() {
          untouched = false
          try {
            yield* body
          } catch (error) {
            throw explained(error)
          }
        },
      }
      // to the end, as cancel() of modern-tar 0.8.6 may end the body of the next member instead
      if (untouched) await body.pipeTo(new WritableStream())
    }
  } catch (error) {
    throw explained(error)
  }
}

function relativeName(path: string, name: string): string {
  const relative = name.replace(/^(\.\/)+/, '')
  if (relative.length > MOST.name || relative.startsWith('/') || relative.split('/').includes('..'))
    throw damaged(path, `it has a file named ${shortened(oneLine(name))}`)
  return relative
}
