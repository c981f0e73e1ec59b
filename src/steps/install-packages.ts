import type { Distribution } from '../distribution/distribution.ts'
import type { Change, PackageName } from '../engine/change.ts'

/** The change that installs packages on a host. */
export function installPackages(
  { install }: Distribution,
  names: readonly PackageName[],
  title: string,
): Change {
  return { kind: 'packages', sign: '+', title, names, script: install(names) }
}
