import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConvecthubError } from '../errors.ts'

/**
 * Makes a folder, with those above it, as mkdir -p. Node's own (`recursive`) never ends below /proc, and says that a
 * folder is missing where the disk is read-only. Error: USAGE when a file is in its place; else those of this computer.
 */
export function makeFolder(path: string, mode?: number): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory()) return
  if (found)
    throw new ConvecthubError('USAGE', `${path} is a file; a folder is needed there`, {
      hint: 'name another folder, or move the file away',
    })
  const above = dirname(path)
  if (above !== path) makeFolder(above, mode)
  try {
    mkdirSync(path, mode)
  } catch (error) {
    // somebody else has made it meanwhile
    if (Object(error).code !== 'EEXIST' || !existsSync(path)) throw error
  }
}
