import { existsSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, sep } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { quote } from '../../sh.ts'
import { partName, partNumbers } from './parts-of.ts'

/**
 * Refuses to write the pack of a bundle to `out`. Errors: USAGE for a folder, for a place in a folder that is not there,
 * and for one in the bundle itself; FILE_EXISTS instead of writing over a file.
 */
export function refusePlace(folder: string, out: string): void {
  const wrong = (message: string, hint: string) => new ConvecthubError('USAGE', message, { hint })
  const above = dirname(out)
  if (statSync(out, { throwIfNoEntry: false })?.isDirectory())
    throw wrong(`${out} is a folder`, `name a file in it: ${quote(join(out, 'bundle.tar'))}`)
  if (!statSync(above, { throwIfNoEntry: false })?.isDirectory())
    throw wrong(`there is no folder ${above}`, `make it, if that is the place: mkdir -p ${quote(above)}`)
  if (`${realpathSync(above)}${sep}`.startsWith(`${realpathSync(folder)}${sep}`))
    throw wrong(
      `${out} lies in the bundle itself`,
      `name a file outside of ${folder}, such as ${basename(out)} in this folder or on a stick`,
    )
  const parts = partNumbers(out).map((number) => partName(out, number))
  const [taken] = [...(existsSync(out) ? [out] : []), ...parts]
  if (taken === undefined) return
  // parts of an earlier pack would be taken for parts of this one
  const remove = [
    ...(existsSync(out) ? [quote(out)] : []),
    ...(parts.length > 0 ? [`${quote(out)}.[0-9][0-9][0-9]`] : []),
  ]
  throw new ConvecthubError('FILE_EXISTS', `${taken} is there already`, {
    hint: `name another file, or remove the old pack: rm ${remove.join(' ')}`,
  })
}
