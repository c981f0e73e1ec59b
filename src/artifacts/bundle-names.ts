import { basename } from 'node:path'
import type { Artifact } from './bundle-lock.ts'

/** What the name of a file says about it. */
export interface Named extends Pick<Artifact, 'kind' | 'roles' | 'architecture'> {
  /** A packed program: its version, and the path of the program in the archive. */
  packed?: { kind: 'helm' | 'registry'; version: string; member: string }
}

const BOTH: Artifact['roles'] = ['driver', 'worker']

/** File names of K3s, Helm, the JupyterHub chart and others as they are released. The first match counts. */
const NAMES: readonly { name: RegExp; kind: Artifact['kind']; roles: Artifact['roles'] }[] = [
  { name: /^k3s(-arm64|-armhf)?$/, kind: 'k3s', roles: BOTH },
  { name: /^(sha256sum-\w+|k3s-images)\.txt$|\.(sha256|sha256sum|asc)$/, kind: 'source', roles: [] },
  { name: /^(helm-v|registry_)[\w.+-]+\.tar\.gz$/, kind: 'source', roles: [] },
  { name: /^helm(-(?!.*\.(gz|zip|zst|tar)$)[\w.-]+)?$/, kind: 'helm', roles: ['driver'] },
  { name: /^registry(-(arm64|armhf|amd64))?$/, kind: 'registry', roles: BOTH },
  { name: /^(?!helm-|k3s-v).*\.tar(\.gz|\.zst|\.lz4|\.bz2)?$|\.tzst$/, kind: 'images', roles: BOTH },
  { name: /\.tgz$/, kind: 'chart', roles: ['driver'] },
]

/** What a file of a bundle is by its name alone; undefined for a name under which nothing for a bundle is released. */
export function namedFile(name: string): Named | undefined {
  const base = basename(name)
  const known = NAMES.find((entry) => entry.name.test(base))
  if (!known) return undefined
  const packed = packedProgram(base)
  const { kind, roles } = known
  return {
    kind,
    roles,
    architecture: kind === 'chart' ? 'all' : architectureOf(base, kind),
    ...(packed && { packed }),
  }
}

function packedProgram(base: string): Named['packed'] {
  const [, helm, system = ''] = /^helm-(v\d[\w.+-]{1,40})-(linux-[a-z\d]{3,8})\.tar\.gz$/.exec(base) ?? []
  if (helm) return { kind: 'helm', version: helm, member: `${system}/helm` }
  const [, registry] = /^registry_(\d[\w.+-]{1,40})_linux_[a-z\d]{3,8}\.tar\.gz$/.exec(base) ?? []
  return registry ? { kind: 'registry', version: `v${registry}`, member: 'registry' } : undefined
}

/** A name without an architecture counts as amd64 where the file itself does not tell: K3s names its files so. */
function architectureOf(base: string, kind: Artifact['kind']): Artifact['architecture'] {
  const [, suffix = kind === 'source' ? 'all' : 'amd64'] =
    /[-_](arm64|armhf|arm|amd64)(?![a-z0-9])/.exec(base) ?? []
  return suffix === 'arm' ? 'armhf' : (suffix as Artifact['architecture'])
}
