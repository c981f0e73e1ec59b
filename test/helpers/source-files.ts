import { readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'

const SRC = fileURLToPath(new URL('../../src/', import.meta.url))

/** One import. `module` is a path below src/ or the name of a package. */
export interface Import {
  module: string
  /** The folder of src/ that it is in, or the file name for files at the top. Undefined for packages. */
  room: string | undefined
  typeOnly: boolean
  /** Whether it is a dynamic import. */
  lazy: boolean
}

export interface SourceFile {
  /** Relative to src/. */
  path: string
  room: string
  text: string
  imports: readonly Import[]
}

const FROM = /^(?:import|export)\s+(type\s)?(?:[^'"]*?\sfrom\s+)?'([^']+)'/gm
const DYNAMIC = /\bimport\(\s*'([^']+)'\s*\)/g

/** Every file of src/ with its imports. */
export function sourceFiles(): SourceFile[] {
  return readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => {
      const text = readFileSync(`${SRC}${path}`, 'utf8')
      const found = [
        ...[...text.matchAll(FROM)].map(([, type, module = '']) => ({
          module,
          typeOnly: type !== undefined,
          lazy: false,
        })),
        ...[...text.matchAll(DYNAMIC)].map(([, module = '']) => ({ module, typeOnly: false, lazy: true })),
      ]
      const imports = found.map(({ module, typeOnly, lazy }): Import => {
        if (!module.startsWith('.')) return { module: packageName(module), room: undefined, typeOnly, lazy }
        const target = posix.normalize(posix.join(posix.dirname(path), module))
        return { module: target, room: roomOf(target), typeOnly, lazy }
      })
      return { path, room: roomOf(path), text, imports }
    })
}

function roomOf(path: string): string {
  return path.split('/')[0] ?? path
}

/** `@scope/name` or `name` for a file of a package; modules of Node keep their full name. */
function packageName(module: string): string {
  if (module.startsWith('node:')) return module
  return module
    .split('/')
    .slice(0, module.startsWith('@') ? 2 : 1)
    .join('/')
}
