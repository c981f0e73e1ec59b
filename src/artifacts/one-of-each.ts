import { join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import type { Artifact } from './bundle-lock.ts'

/** Kinds of which a bundle has one file for each architecture, in words. */
const ONLY_ONE: Readonly<Partial<Record<Artifact['kind'], string>>> = {
  k3s: 'K3s',
  helm: 'Helm',
  registry: 'the registry',
  chart: 'the JupyterHub chart',
}

/** A BUNDLE_FILE for each file beside another one of which a machine would get only one. */
export function oneOfEach(folder: string, files: readonly Artifact[]): ConvecthubError[] {
  return files.flatMap((file, at) => {
    const words = ONLY_ONE[file.kind]
    const same = (each: Artifact) => each.kind === file.kind && each.architecture === file.architecture
    const first = files.slice(0, at).find((each) => same(each) && each.sha256 !== file.sha256)
    if (words === undefined || !first) return []
    const whom = file.architecture === 'all' ? '' : ` for ${file.architecture}`
    return new ConvecthubError(
      'BUNDLE_FILE',
      `${join(folder, first.name)} and ${join(folder, file.name)} are both ${words}${whom}`,
      { hint: 'a bundle has only one: remove the file that you do not want' },
    )
  })
}
