import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'

/** The most parts of a pack: their names have three digits. */
export const MOST_PARTS = 999

/** What to name as a pack. */
export const PACK_NAMES = 'name the file that `convecthub bundle pack` wrote, or the first of its parts'

/** The name of a part of a pack; the first is 1. */
export function partName(base: string, number: number): string {
  return `${base}.${String(number).padStart(3, '0')}`
}

/** The numbers of the parts that are there, in their order. */
export function partNumbers(base: string): number[] {
  const folder = dirname(base)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .flatMap((name) => {
      const [, start, number] = /^(.*)\.(\d{3})$/s.exec(name) ?? []
      return start === basename(base) ? Number(number) : []
    })
    .filter((number) => number > 0)
    .toSorted((a, b) => a - b)
}

/**
 * The files of a pack, in their order. `file` is its name, that of any of its parts, or what the parts' names begin with.
 * Error: BUNDLE_PACK when there is none, or when parts are missing before the last one that is there.
 */
export function partsOf(file: string): string[] {
  const [, base = file] = /^(.+)\.\d{3}$/s.exec(file) ?? []
  const found = statSync(file, { throwIfNoEntry: false })
  if (found?.isDirectory()) throw wrong(`${file} is a folder, not a pack`, PACK_NAMES)
  if (found && base === file) return [file]
  const numbers = partNumbers(base)
  const last = numbers.at(-1)
  if (last === undefined) {
    if (found) return [file]
    throw wrong(`there is no pack ${file}`, PACK_NAMES)
  }
  const missing = Array.from({ length: last }, (_, at) => at + 1).filter((each) => !numbers.includes(each))
  const [first] = missing
  if (first !== undefined) {
    const others = missing.length > 1 ? ` and ${missing.length - 1} more` : ''
    throw wrong(
      `the pack ${base} lacks ${partName(base, first)}${others}; ${basename(partName(base, last))} is there`,
      `copy all its parts into one folder: ${join(dirname(base), basename(base))}.001 and so on`,
    )
  }
  return numbers.map((number) => partName(base, number))
}

function wrong(message: string, hint: string): ConvecthubError {
  return new ConvecthubError('BUNDLE_PACK', message, { hint })
}
