import { z } from 'zod'

/** What a file of a bundle is for. */
const artifactKind = z.enum(['k3s', 'helm', 'images', 'chart'])
export type ArtifactKind = z.infer<typeof artifactKind>

/** The file in a bundle's folder that describes all others. */
export const BUNDLE_LOCK = 'bundle.lock.yaml'

/** A file of a bundle. */
export const artifactSchema = z.strictObject({
  /** Path inside the bundle folder, with forward slashes. */
  name: z
    .string()
    .regex(
      /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[\w.+@-]+(\/[\w.+@-]+)*$/,
      'must be a relative path of letters, digits and . _ + @ -',
    ),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** Lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 lower-case hex digits'),
  kind: artifactKind,
  /** As `dpkg --print-architecture` prints it; `all` for files that fit every architecture. */
  architecture: z.enum(['amd64', 'arm64', 'armhf', 'all']),
  /** The hosts that need it. */
  roles: z.array(z.enum(['driver', 'worker'])).min(1),
  /** Only for k3s, helm and chart, such as `v1.34.1+k3s1`. */
  version: z.string().optional(),
})
export type Artifact = z.infer<typeof artifactSchema>

/** `bundle.lock.yaml`: describes every file of a bundle. */
export const bundleLockSchema = z.strictObject({
  version: z.literal(1),
  /** What this bundle is, in one line for people. A stand-in says so here. */
  description: z.string(),
  /** True only for the lab's imitations of K3s and Helm, which are then shown as "stand-in" everywhere. */
  standIn: z.boolean().default(false),
  files: z.array(artifactSchema).min(1),
})
export type BundleLock = z.infer<typeof bundleLockSchema>

/** What every bundle needs. */
const NEEDED: Readonly<Partial<Record<ArtifactKind, string>>> = {
  k3s: 'k3s',
  helm: 'helm',
  chart: 'the JupyterHub chart (.tgz)',
}

/** What every bundle needs and these files are not, in words: `helm`, `the JupyterHub chart (.tgz)`. */
export function lackingIn(files: readonly Artifact[]): readonly string[] {
  return Object.entries(NEEDED).flatMap(([needed, words]) =>
    files.some(({ kind }) => kind === needed) ? [] : [words],
  )
}
