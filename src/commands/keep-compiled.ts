import module from 'node:module'
import { join } from 'node:path'
import { cacheFolder } from '../artifacts/cache-folder.ts'

/**
 * Has V8 keep what it compiles of the code that is loaded from here on, so that the next call comes to its first
 * connection a seventh earlier. Node 20 cannot do it; a home that cannot be written only costs that time.
 */
export function keepCompiled(): void {
  const { enableCompileCache } = module as { enableCompileCache?: (folder: string) => void }
  enableCompileCache?.(join(cacheFolder(), 'compiled'))
}
