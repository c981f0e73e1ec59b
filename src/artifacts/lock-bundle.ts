import { existsSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { stringify } from 'yaml'
import { ConvecthubError } from '../errors.ts'
import { type Artifact, BUNDLE_LOCK, type BundleLock, bundleLockSchema, missingKinds } from './bundle-lock.ts'
import { fileDigest } from './file-digest.ts'

/** File names on the release pages of K3s, Helm and the JupyterHub chart, and what they are. The first match counts. */
const NAMES: readonly { name: RegExp; kind: Artifact['kind']; roles: Artifact['roles'] }[] = [
  { name: /^k3s(-arm64|-armhf)?$/, kind: 'k3s', roles: ['driver', 'worker'] },
  { name: /^helm(-(?!.*\.(gz|zip|zst|tar)$)[\w.-]+)?$/, kind: 'helm', roles: ['driver'] },
  {
    name: /^(?!helm-|k3s-v).*\.tar(\.gz|\.zst|\.lz4|\.bz2)?$|\.tzst$/,
    kind: 'images',
    roles: ['driver', 'worker'],
  },
  { name: /\.tgz$/, kind: 'chart', roles: ['driver'] },
]

export interface LockOptions {
  description: string
  standIn?: boolean
  /** Versions by kind, for files whose name does not contain one: `k3s` → `v1.34.1+k3s1`. */
  versions: Readonly<Record<string, string>>
}

/**
 * Writes a bundle.lock.yaml that describes the files in a folder. Error: BUNDLE_FILE for a file with an unknown name,
 * for a link that is broken or leads out of the folder, and when a required file is missing.
 */
export async function lockBundle(
  folder: string,
  { description, standIn = false, versions }: LockOptions,
): Promise<BundleLock> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name !== BUNDLE_LOCK && statSync(within(folder, name)).isFile())
    .sort()
  const files = await Promise.all(names.map((name) => describe(folder, name, versions)))
  const missing = missingKinds(files)
  if (missing.length > 0)
    throw new ConvecthubError('BUNDLE_FILE', `${folder} holds no ${missing.join(' and no ')}`, {
      hint: 'a bundle holds k3s, helm, image archives (.tar, .tar.gz, .tar.zst) and the chart (.tgz)',
    })
  const lock = bundleLockSchema.parse({ version: 1, description, standIn, files })
  writeFileSync(join(folder, BUNDLE_LOCK), stringify(lock))
  return lock
}

/** The path of a file in the folder. Refuses links out of it, because a bundle is sent to every machine. */
function within(folder: string, name: string): string {
  const path = join(folder, name)
  if (!existsSync(path))
    throw new ConvecthubError('BUNDLE_FILE', `${path} is a link to nothing`, {
      hint: 'put the file itself into the folder, or take the link out',
    })
  const real = realpathSync(path)
  if (real.startsWith(`${realpathSync(folder)}${sep}`)) return path
  throw new ConvecthubError('BUNDLE_FILE', `${path} is a link out of the folder, to ${real}`, {
    hint: 'put the file itself into the folder, or take the link out',
  })
}

/** The version in the file name of a Helm chart: `4.4.0` for `jupyterhub-4.4.0.tgz`. */
function chartVersion(base: string): string | undefined {
  const at = base.search(/-\d+\.\d+\.\d+/)
  const version = base.slice(at + 1, -'.tgz'.length)
  return at >= 0 && base.endsWith('.tgz') && /^[\w.-]+$/.test(version) ? version : undefined
}

async function describe(folder: string, name: string, versions: LockOptions['versions']): Promise<Artifact> {
  const base = basename(name)
  const known = NAMES.find((entry) => entry.name.test(base))
  if (!known) {
    throw new ConvecthubError(
      'BUNDLE_FILE',
      `${join(folder, name)}: what this file is cannot be told by its name`,
      {
        hint: 'a bundle holds k3s, helm, image archives (.tar, .tar.gz, .tar.zst) and the chart (.tgz); take others out',
      },
    )
  }
  const { kind, roles } = known
  const version = versions[kind] ?? chartVersion(base)
  const [, suffix = 'amd64'] = /-(arm64|armhf|arm|amd64)\b/.exec(base) ?? []
  const architecture =
    kind === 'chart' ? 'all' : suffix === 'arm' ? 'armhf' : (suffix as Artifact['architecture'])
  const path = join(folder, name)
  return {
    name,
    size: statSync(path).size,
    sha256: await fileDigest(path),
    kind,
    architecture,
    roles,
    ...(version && { version }),
  }
}
