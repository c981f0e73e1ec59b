import { statfsSync } from 'node:fs'
import { ConvecthubError } from '../errors.ts'

/** Error: LOCAL_IO where `folder` has no room for what is to be written there, bytes. */
export function checkSpace(folder: string, needed: number): void {
  const { bavail, blocks, bsize } = statfsSync(folder)
  const free = bavail * bsize
  // some network file systems do not know
  if (blocks > 0 && needed > free)
    throw new ConvecthubError(
      'LOCAL_IO',
      `${folder} has room for ${Math.floor(free / 1e6)} MB; ${Math.ceil(needed / 1e6)} MB are needed`,
      { hint: 'free some room (df -h shows where), or name a folder on another disk' },
    )
}
