import type { Artifact, BundleLock, HeldImage } from './bundle-lock.ts'

/** A file or an image that two bundles do not have in common. */
export interface LockDifference {
  sign: '+' | '-' | '~'
  what: 'file' | 'image'
  name: string
  /** What the older and the newer bundle have: version, or the first digits of the digest; undefined for none. */
  from: string | undefined
  to: string | undefined
}

/** The differences between the locks of two bundles: files in the order of their names, then images. */
export function diffLocks(before: BundleLock, after: BundleLock): LockDifference[] {
  return [
    ...compare('file', byName(before.files), byName(after.files), ({ sha256 }) => sha256, told),
    ...compare('image', imagesOf(before), imagesOf(after), ({ digest }) => digest, tellImage),
  ]
}

function compare<T>(
  what: LockDifference['what'],
  before: ReadonlyMap<string, T>,
  after: ReadonlyMap<string, T>,
  identity: (one: T) => unknown,
  tell: (one: T, other: T | undefined) => string,
): LockDifference[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort()
  return names.flatMap((name): LockDifference[] => {
    const [old, now] = [before.get(name), after.get(name)]
    if (old && now && identity(old) === identity(now)) return []
    const sign = old ? (now ? '~' : '-') : '+'
    return [{ sign, what, name, from: old && tell(old, now), to: now && tell(now, old) }]
  })
}

/** What tells two files of one name apart: their versions, else their digests. */
function told({ version, sha256 }: Artifact, other: Artifact | undefined): string {
  return version !== undefined && version !== other?.version ? version : sha256.slice(0, 12)
}

function tellImage({ digest }: HeldImage): string {
  return digest?.replace('sha256:', '').slice(0, 12) ?? 'no digest'
}

function byName<T extends { name: string }>(all: readonly T[]): Map<string, T> {
  return new Map(all.map((one) => [one.name, one]))
}

/** Images by name, and by architecture where the bundle has more than one. */
function imagesOf({ files }: BundleLock): Map<string, HeldImage> {
  const several =
    new Set(files.flatMap(({ kind, architecture }) => (kind === 'k3s' ? architecture : []))).size > 1
  return new Map(
    files.flatMap(({ images = [], architecture }) =>
      images.map((image) => [several ? `${image.name} (${architecture})` : image.name, image] as const),
    ),
  )
}
