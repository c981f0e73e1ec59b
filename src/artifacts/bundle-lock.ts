import { z } from 'zod'

/** What a file of a bundle is for. */
const artifactKind = z.enum(['k3s', 'helm', 'images', 'chart', 'manifest', 'deb', 'other'])
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
  /** Of the content, lower-case hex. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits are needed'),
  kind: artifactKind,
  /** Debian's names, as `dpkg --print-architecture` prints them. */
  architecture: z.enum(['amd64', 'arm64', 'armhf', 'all']),
  /** Which hosts need it. */
  roles: z.array(z.enum(['driver', 'worker'])).min(1),
  /** For k3s, helm and chart: the version, such as `v1.34.1+k3s1`. */
  version: z.string().optional(),
})
export type Artifact = z.infer<typeof artifactSchema>

/** `bundle.lock.yaml`: what is in a bundle, byte for byte. */
export const bundleLockSchema = z.strictObject({
  version: z.literal(1),
  /** One line for people: what this bundle is. A stand-in says so here. */
  description: z.string(),
  /** True only for the lab's imitation programs; every view of K3s and Helm then says "stand-in". */
  standIn: z.boolean().default(false),
  files: z.array(artifactSchema).min(1),
})
export type BundleLock = z.infer<typeof bundleLockSchema>

/** What no bundle can be without and these files lack. */
export function missingKinds(files: readonly Artifact[]): readonly ArtifactKind[] {
  return (['k3s', 'helm', 'chart'] as const).filter((kind) => !files.some((each) => each.kind === kind))
}
