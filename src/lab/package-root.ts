import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ConvecthubError } from '../errors.ts'

/** The path of a file in this package, such as `templates/lab/entry.sh`. Works from src/ and from dist/. */
export function packageFile(...parts: string[]): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder)
    if (parent === folder)
      throw new ConvecthubError('PACKAGE_ROOT', 'convecthub cannot find its own package.json')
    folder = parent
  }
  return join(folder, ...parts)
}
