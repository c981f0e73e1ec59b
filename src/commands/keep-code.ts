import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import module, { createRequire } from 'node:module'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Script } from 'node:vm'
import { crc32 } from 'node:zlib'

type Compile = (this: NodeJS.Module, text: string, filename: string) => unknown

/** Of the files beside this one, those that are named for what is in them, see bin/build.js. */
const OURS = join(dirname(fileURLToPath(import.meta.url)), '/')
const NAMED = /-[\w-]{8}\.cjs$/

/**
 * What module.enableCompileCache does, for Node 20, which has none: keeps in `folder` what V8 has compiled of our own files
 * by the end of the process, all functions that it came to. V8 itself refuses what another version or other flags made,
 * and it is made anew; so is what the disk did not keep as it was, of which V8 would die. A folder that cannot be written
 * only costs the time.
 */
export function keepCode(folder: string): void {
  const made: [path: string, script: Script][] = []
  const prototype = module.prototype as unknown as { _compile: Compile }
  const { _compile: compile } = prototype
  prototype._compile = function (text, filename) {
    if (!filename.startsWith(OURS) || !NAMED.test(filename)) return compile.call(this, text, filename)
    const path = join(folder, basename(filename))
    const cachedData = kept(path)
    const script = new Script(module.wrap(text), { filename, ...(cachedData && { cachedData }) })
    if (!cachedData || script.cachedDataRejected) made.push([path, script])
    const run = script.runInThisContext()
    return run.call(this.exports, this.exports, createRequire(filename), this, filename, dirname(filename))
  }
  process.once('exit', () => {
    try {
      mkdirSync(folder, { recursive: true })
      for (const [path, script] of made) {
        // another process may do the same
        const part = `${path}.${process.pid}`
        const data = script.createCachedData()
        writeFileSync(part, Buffer.concat([data, checksum(data)]))
        renameSync(part, path)
      }
    } catch {}
  })
}

function kept(path: string): Buffer | undefined {
  try {
    const whole = readFileSync(path)
    const data = whole.subarray(0, -4)
    return checksum(data).equals(whole.subarray(-4)) ? data : undefined
  } catch {
    return undefined
  }
}

function checksum(data: Buffer): Buffer {
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(crc32(data))
  return sum
}
