import { createWriteStream } from 'node:fs'
import { rename } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { ConvecthubError } from '../../errors.ts'
import { tarMembers } from '../images/tar-members.ts'
import { unpackedFile } from '../images/unpacked-file.ts'

/** Takes the program `member` out of a .tar.gz. False when it is not in there, or when that is no such archive. */
export async function unpackProgram(archive: string, member: string, path: string): Promise<boolean> {
  try {
    return await unpack(archive, member, path)
  } catch (error) {
    if (error instanceof ConvecthubError && error.code === 'ARCHIVE') return false
    throw error
  }
}

async function unpack(archive: string, member: string, path: string): Promise<boolean> {
  const file = await unpackedFile(archive)
  if ('why' in file) return false
  let found = false
  for await (const each of tarMembers(archive, file.bytes)) {
    if (each.type !== 'file' || each.name !== member) continue
    await pipeline(each.pieces(), createWriteStream(`${path}.part`, { mode: 0o755, flush: true }))
    found = true
  }
  if (found) await rename(`${path}.part`, path)
  return found
}
