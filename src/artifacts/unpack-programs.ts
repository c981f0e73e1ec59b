import { existsSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { quote } from '../sh.ts'
import { namedFile } from './bundle-names.ts'
import { fileDigest } from './file-digest.ts'
import { unpackProgram } from './pull/unpack-program.ts'

/**
 * Unpacks released archives of programs beside them, unless the program is there. Returns the names of what was unpacked,
 * and the versions in the names of the archives, by kind. Error: BUNDLE_FILE for an archive without its program, or beside
 * another one.
 */
export async function unpackPrograms(
  folder: string,
  names: readonly string[],
): Promise<{ names: string[]; versions: Record<string, string> }> {
  const unpacked: string[] = []
  const versions: Record<string, string> = {}
  for (const name of names) {
    const { packed, architecture } = namedFile(name) ?? {}
    if (!packed) continue
    const { kind, version, member } = packed
    const program = join(
      dirname(name),
      architecture === 'amd64' && kind === 'helm' ? kind : `${kind}-${architecture}`,
    )
    versions[kind] = version
    const path = join(folder, program)
    const fresh = join(folder, dirname(name), `.${basename(program)}.unpacked`)
    if (!(await unpackProgram(join(folder, name), member, fresh)))
      throw new ConvecthubError('BUNDLE_FILE', `${join(folder, name)} has no ${member} in it`, {
        hint: 'fetch it again, or take it out',
      })
    if (!existsSync(path)) {
      renameSync(fresh, path)
      unpacked.push(program)
      continue
    }
    const isSame = (await fileDigest(fresh)) === (await fileDigest(path))
    rmSync(fresh)
    if (!isSame)
      throw new ConvecthubError('BUNDLE_FILE', `${path} is not the program in ${join(folder, name)}`, {
        hint: `remove the one that you do not want: rm ${quote(path)}, or rm ${quote(join(folder, name))}`,
      })
  }
  return { names: unpacked, versions }
}
