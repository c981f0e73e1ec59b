import { execFileSync } from 'node:child_process'
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs'
import { doubtfulFile } from './doubtful-file.ts'
import type { Files } from './files.ts'

const isAbsent = (error: unknown): boolean =>
  ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')

/** The real file system. Node's errors other than "no such file" are passed on. */
export const nodeFiles: Files = {
  read(path) {
    try {
      return readFileSync(path)
    } catch (error) {
      if (isAbsent(error)) return undefined
      throw error
    }
  },
  list(path) {
    try {
      return readdirSync(path)
    } catch (error) {
      if (isAbsent(error)) return []
      throw error
    }
  },
  kind(path) {
    const stat = statSync(path, { throwIfNoEntry: false })
    if (stat === undefined) return undefined
    return stat.isDirectory() ? 'directory' : 'file'
  },
  executable(path) {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  },
  doubtful: doubtfulFile,
  run(path) {
    return execFileSync(path, ['--list'], { maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'pipe'] })
  },
}
