import { ConvecthubError } from '../../errors.ts'
import { visible } from '../../printable.ts'
import { BESIDE } from '../beside.ts'
import { artifactSchema, BUNDLE_LOCK, type BundleLock } from '../bundle-lock.ts'
import type { SourceFile } from './source.ts'

/** How many names an error lists. */
const SHOWN = 3

/**
 * The files to copy from a source: what it lists, with the sizes and digests of its lock; what the lock names where the
 * source cannot list. Without what belongs beside them, and hidden files. Error: BUNDLE_SOURCE for names that must not become
 * paths, and where list and lock disagree.
 */
export function bundleFiles(
  place: string,
  listed: readonly SourceFile[] | undefined,
  lock: BundleLock | undefined,
): readonly SourceFile[] {
  if (!listed && !lock)
    throw problem(
      `there is no ${BUNDLE_LOCK} in ${place}, and without it nothing tells which files are there`,
      `put a bundle with its ${BUNDLE_LOCK} there, or check the address`,
    )
  const found = (listed ?? []).filter(({ name }) => !BESIDE.includes(name) && !isHidden(name))
  if (listed && found.length === 0) throw problem(`there is no file in ${place}`, 'check the address')
  const wrong = [
    ...found.filter(({ name }) => !isSafe(name)),
    ...(lock?.files ?? []).filter(({ name }) => !isSafe(name) || isHidden(name)),
  ].map(({ name }) => `'${visible(name)}'`)
  if (wrong.length > 0)
    throw problem(
      `${place} has names that a bundle must not have: ${some(wrong)}`,
      'use relative paths of letters, digits and . _ + @ - there',
    )
  if (!lock) return found
  const byName = new Map(found.map((file) => [file.name, file]))
  const missing = listed ? lock.files.filter(({ name }) => !byName.has(name)) : []
  if (missing.length > 0)
    throw problem(
      `${place} lacks files that its ${BUNDLE_LOCK} lists: ${some(missing.map(({ name }) => name))}`,
      'copy the whole bundle there',
    )
  for (const { name, size, sha256 } of lock.files) {
    const file = byName.get(name)
    if (file?.size !== undefined && file.size !== size)
      throw problem(
        `${name} in ${place} is ${file.size} bytes; its ${BUNDLE_LOCK} says ${size}`,
        'copy it there again',
      )
    byName.set(name, { ...file, name, size, sha256 })
  }
  return [...byName.values()]
}

/** Names such as .DS_Store, and what an unfinished pull has left. */
function isHidden(name: string): boolean {
  return /(^|\/)\.(?!\.?(\/|$))/.test(name)
}

function isSafe(name: string): boolean {
  return artifactSchema.shape.name.safeParse(name).success && !/(^|\/)\.(\/|$)/.test(name)
}

function some(names: readonly string[]): string {
  const more = names.length - SHOWN
  return `${names.slice(0, SHOWN).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function problem(message: string, hint: string): ConvecthubError {
  return new ConvecthubError('BUNDLE_SOURCE', message, { hint })
}
