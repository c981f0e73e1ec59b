import { z } from 'zod'

/** What a file of a bundle is for. */
const artifactKind = z.enum(['k3s', 'helm', 'images', 'chart'])
export type ArtifactKind = z.infer<typeof artifactKind>

/** The file in a bundle's folder that describes all others. */
export const BUNDLE_LOCK = 'bundle.lock.yaml'

const artifactSchema = z.strictObject({
  /** Path inside the bundle folder, with forward slashes. */
  name: z
    .string()
    .regex(
      /^(?!\/)(?!.*(^|\/)\.\.(\/|$))[\w.+@-]+(\/[\w.+@-]+)*$/,
      'a relative path of letters, digits and . _ + @ - is needed',
    ),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  /** Lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits are needed'),
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

/** The kinds of file that every bundle needs and that are missing from these. */
export function missingKinds(files: readonly Artifact[]): readonly ArtifactKind[] {
  return (['k3s', 'helm', 'chart'] as const).filter((kind) => !files.some((file) => file.kind === kind))
}
