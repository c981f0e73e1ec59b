import { existsSync, readdirSync, realpathSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, sep } from 'node:path'
import { stringify } from 'yaml'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { readBundleLock } from './bundle-kind.ts'
import {
  type Artifact,
  artifactSchema,
  BUNDLE_LOCK,
  type BundleLock,
  bundleLockSchema,
  lackingIn,
} from './bundle-lock.ts'
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
  /** Default: what hasStandIns() finds. */
  standIn?: boolean
  /** Versions by kind, for files whose name does not contain one: `k3s` → `v1.34.1+k3s1`. */
  versions: Readonly<Record<string, string>>
}

/** What a version looks like, and an example. */
const VERSIONS: Readonly<Record<string, { pattern: RegExp; example: string }>> = {
  k3s: { pattern: /^v\d+\.\d+\.\d+(-[\w.]+)?\+k3s\d+$/, example: 'v1.34.1+k3s1' },
  helm: { pattern: /^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/, example: 'v3.19.0' },
}

const HOLDS =
  'a bundle holds k3s, helm, image archives (.tar, .tar.gz, .tar.zst) and the JupyterHub chart (.tgz)'

/**
 * Writes a bundle.lock.yaml that describes the files in a folder. A folder that still has programs of a stand-in bundle
 * stays one. Errors: USAGE for a version that is none; BUNDLE_FILE, one for each, for a file with an unknown name, for a
 * link that is broken or leads out of the folder, and when a required file or the folder is missing.
 */
export async function lockBundle(
  folder: string,
  { description, standIn, versions }: LockOptions,
): Promise<BundleLock> {
  for (const [kind, { pattern, example }] of Object.entries(VERSIONS)) {
    const version = versions[kind]
    if (version !== undefined && !pattern.test(version))
      throw new ConvecthubError('USAGE', `--${kind} ${version}: expected a version such as ${example}`, {
        hint: `ask the program: ${kind} ${kind === 'k3s' ? '--version' : 'version --short'}`,
      })
  }
  const names = filesIn(folder)
  const described = await Promise.allSettled(names.map((name) => describe(folder, name, versions)))
  const errors = described.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  const unexpected = errors.find((error) => !(error instanceof ConvecthubError))
  if (unexpected) throw unexpected
  const [only, ...others] = errors
  if (only) throw others.length > 0 ? new ConvecthubErrors(errors) : only
  const files = described.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const lacking = lackingIn(files)
  if (lacking.length > 0)
    throw new ConvecthubError('BUNDLE_FILE', `${folder} lacks: ${lacking.join(', ')}`, { hint: HOLDS })
  const lock = bundleLockSchema.parse({
    version: 1,
    description,
    standIn: standIn ?? hasStandIns(folder, files),
    files,
  })
  writeLock(join(folder, BUNDLE_LOCK), lock)
  return lock
}

function writeLock(path: string, lock: BundleLock): void {
  try {
    writeFileSync(path, stringify(lock))
  } catch (cause) {
    throw new ConvecthubError('BUNDLE_FILE', `${path} cannot be written: ${systemReason(cause)}`, {
      cause,
      hint: 'copy the bundle to a place where you may write',
    })
  }
}

/** The names of all files in the folder, sorted. */
function filesIn(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (cause) {
    const missing = !existsSync(folder)
    const reason = missing ? 'no such folder' : systemReason(cause)
    throw new ConvecthubError('BUNDLE_FILE', `${folder}: ${reason}`, {
      cause,
      hint: missing ? `make it, and put the files there: ${HOLDS}` : HOLDS,
    })
  }
  return names.filter((name) => name !== BUNDLE_LOCK && statSync(within(folder, name)).isFile()).sort()
}

/** Whether a program that the folder's lock knows as a stand-in is still the same. */
function hasStandIns(folder: string, files: readonly Artifact[]): boolean {
  const old = readBundleLock(folder)
  const programs = old?.standIn ? old.files.filter(({ kind }) => kind === 'k3s' || kind === 'helm') : []
  return programs.some(({ sha256 }) => files.some((file) => file.sha256 === sha256))
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
    throw new ConvecthubError('BUNDLE_FILE', `${join(folder, name)}: unknown kind of file`, {
      hint: `take it out: ${HOLDS}`,
    })
  }
  if (!artifactSchema.shape.name.safeParse(name).success)
    throw new ConvecthubError(
      'BUNDLE_FILE',
      `${join(folder, name)}: its name has other characters than A-Z a-z 0-9 . _ + @ -`,
      {
        hint: 'give it another name',
      },
    )
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
