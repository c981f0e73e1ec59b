import { z } from 'zod'
import { IMAGE_DIGEST } from './images/image-name.ts'

/**
 * What a file of a bundle is for. `packages` is a tar archive with an apt repository for one release and architecture.
 * `registry` is the program of an image registry. A `source` stays in the bundle: other files were checked against it.
 */
const artifactKind = z.enum(['k3s', 'helm', 'images', 'chart', 'packages', 'registry', 'source'])
export type ArtifactKind = z.infer<typeof artifactKind>

/** The file in a bundle's folder that describes all others. */
export const BUNDLE_LOCK = 'bundle.lock.yaml'

/** The newest form of bundle.lock.yaml, which is written; older ones are read as well. */
export const LOCK_VERSION = 2

/** An image in an archive. */
const heldImage = z.strictObject({
  /** Its full name, such as `docker.io/rancher/mirrored-pause:3.6`. */
  name: z.string(),
  /** The digest of its manifest for the archive's architecture; left out where the archive does not tell. */
  digest: z.string().regex(IMAGE_DIGEST).optional(),
})
export type HeldImage = z.infer<typeof heldImage>

/** A file of a bundle. */
export const artifactSchema = z
  .strictObject({
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
    /** The hosts that need it; none for files that stay in the bundle. */
    roles: z.array(z.enum(['driver', 'worker'])),
    /** Only for k3s, helm, chart and registry, such as `v1.34.1+k3s1`. */
    version: z.string().optional(),
    /** Only for images: what the archive holds. Left out where that is not known. */
    images: z.array(heldImage).optional(),
    /** Only for images: only hosts with has_gpu need them. */
    gpu: z.boolean().optional(),
    /** Only for packages: ID and VERSION_ID of os-release(5), such as `ubuntu-22.04`. */
    release: z.string().optional(),
    /** Only for packages: what the repository holds. */
    packages: z.array(z.strictObject({ name: z.string(), version: z.string() })).optional(),
    /** Where it was fetched from: an address, or the name of an image. */
    from: z.string().optional(),
  })
  .refine(({ kind, roles }) => kind === 'source' || roles.length > 0, { path: ['roles'], error: 'is empty' })
export type Artifact = z.infer<typeof artifactSchema>

/** An image that something in the cluster will ask for. */
const requiredImage = z.strictObject({
  /** Its full name. */
  name: z.string(),
  /** Who asks for it, in words: `Deployment hub of the chart`. */
  by: z.string(),
  pullPolicy: z.string().optional(),
})
export type RequiredImage = z.infer<typeof requiredImage>

/** The images of the chart as Helm rendered it with these values, for computers that cannot run the bundle's Helm. */
const renderingSchema = z.strictObject({
  /** sha256 of the chart, and of the values in their order. */
  chart: z.string(),
  values: z.string(),
  images: z.array(requiredImage),
})
export type Rendering = z.infer<typeof renderingSchema>

/** `bundle.lock.yaml`: describes every file of a bundle. */
export const bundleLockSchema = z.strictObject({
  version: z.union([z.literal(1), z.literal(LOCK_VERSION)]),
  /** What this bundle is, in one line for people. A stand-in says so here. */
  description: z.string(),
  /** True only for the lab's imitations of K3s and Helm, which are then shown as "stand-in" everywhere. */
  standIn: z.boolean().default(false),
  files: z.array(artifactSchema).min(1),
  renderings: z.array(renderingSchema).optional(),
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
