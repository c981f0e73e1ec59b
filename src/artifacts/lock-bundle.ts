import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { readBundleLock } from './bundle-kind.ts'
import { type Artifact, type BundleLock, bundleLockSchema, LOCK_VERSION, lackingIn } from './bundle-lock.ts'
import { namedFile } from './bundle-names.ts'
import { type Described, describeFile } from './describe-file.ts'
import { BESIDE } from './pack/beside.ts'
import { unpackProgram } from './pull/unpack-program.ts'
import { writeBundleLock } from './write-bundle-lock.ts'

export interface LockOptions {
  description: string
  /** Default: what hasStandIns() finds. */
  standIn?: boolean
  /** Versions by kind, for programs that do not tell their own: `helm` → `v3.19.0`. */
  versions: Readonly<Record<string, string | undefined>>
}

export interface Locked {
  lock: BundleLock
  /** Files that are not in the lock, and why. */
  ignored: readonly { name: string; why: string }[]
  /** What could not be known of files that are in it. */
  doubts: readonly string[]
  /** Programs that were unpacked into the folder. */
  unpacked: readonly string[]
}

/** What a version looks like, and an example. */
const VERSIONS: Readonly<Record<string, { pattern: RegExp; example: string }>> = {
  k3s: { pattern: /^v\d+\.\d+\.\d+(-[\w.]+)?\+k3s\d+$/, example: 'v1.34.1+k3s1' },
  helm: { pattern: /^v\d+\.\d+\.\d+([-+][\w.+-]+)?$/, example: 'v3.19.0' },
}

const HOLDS =
  'a bundle holds k3s, helm, image archives (.tar, .tar.gz, .tar.zst) and the JupyterHub chart (.tgz); `convecthub bundle pull` fetches them'

/**
 * Writes a bundle.lock.yaml that describes the files in a folder, and unpacks Helm there where only its archive is. A
 * folder that still has programs of a stand-in bundle stays one. Errors: USAGE for a version that is none; BUNDLE_FILE
 * for a link that is broken or leads out of the folder, another version than named, and when a required file or the
 * folder is missing; ARCHIVE for a damaged archive.
 */
export async function lockBundle(
  folder: string,
  { description, standIn, versions }: LockOptions,
): Promise<Locked> {
  for (const [kind, { pattern, example }] of Object.entries(VERSIONS)) {
    const version = versions[kind]
    if (version !== undefined && !pattern.test(version))
      throw new ConvecthubError('USAGE', `--${kind} ${version}: expected a version such as ${example}`, {
        hint: `ask the program: ${kind} ${kind === 'k3s' ? '--version' : 'version --short'}`,
      })
  }
  const packed = await unpackPrograms(folder, filesIn(folder))
  const names = filesIn(folder)
  const told = { ...packed.versions, ...definedOnly(versions) }
  const described = await Promise.allSettled(names.map((name) => describe(folder, name, told)))
  const errors = described.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  const unexpected = errors.find((error) => !(error instanceof ConvecthubError))
  if (unexpected) throw unexpected
  const [only, ...others] = errors
  if (only) throw others.length > 0 ? new ConvecthubErrors(errors) : only
  const found = described.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  const files = found.flatMap((each) => ('artifact' in each ? [each.artifact] : []))
  const lacking = lackingIn(files)
  if (lacking.length > 0)
    throw new ConvecthubError('BUNDLE_FILE', `${folder} lacks: ${lacking.join(', ')}`, { hint: HOLDS })
  const lock = bundleLockSchema.parse({
    version: LOCK_VERSION,
    description,
    standIn: standIn ?? hasStandIns(folder, files),
    files,
  })
  writeBundleLock(folder, lock)
  return {
    lock,
    ignored: found.flatMap((each, index) =>
      'ignored' in each ? [{ name: names[index] ?? '', why: each.ignored }] : [],
    ),
    doubts: found.flatMap((each) => ('doubt' in each && each.doubt ? [each.doubt] : [])),
    unpacked: packed.names,
  }
}

function definedOnly(versions: LockOptions['versions']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(versions).flatMap(([kind, version]) => (version ? [[kind, version]] : [])),
  )
}

/** Unpacks released archives of programs beside them, unless the program is there. Returns the versions in their names. */
async function unpackPrograms(
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
    if (names.includes(program)) continue
    if (!(await unpackProgram(join(folder, name), member, join(folder, program))))
      throw new ConvecthubError('BUNDLE_FILE', `${join(folder, name)} has no ${member} in it`, {
        hint: 'fetch it again, or take it out',
      })
    unpacked.push(program)
  }
  return { names: unpacked, versions }
}

async function describe(
  folder: string,
  name: string,
  versions: Readonly<Record<string, string>>,
): Promise<Described> {
  const named = namedFile(name)
  return named
    ? describeFile(folder, name, named, versions)
    : { ignored: 'nothing in a bundle has such a name' }
}

/** The names of all files in the folder, sorted; without those of a bundle that no lock lists, and hidden ones. */
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
  return names
    .filter((name) => !BESIDE.includes(name) && !/^\.|\/\./.test(name))
    .filter((name) => statSync(within(folder, name)).isFile())
    .sort()
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
