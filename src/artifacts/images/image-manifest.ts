import { z } from 'zod'
import { IMAGE_DIGEST } from './image-name.ts'

const platformSchema = z.object({
  architecture: z.string(),
  os: z.string(),
  variant: z.string().optional(),
})
export type Platform = z.infer<typeof platformSchema>

/** What a manifest or an index says of a part of it. */
const descriptorSchema = z.object({
  mediaType: z.string().default(''),
  digest: z.string().regex(IMAGE_DIGEST),
  /** Bytes. */
  size: z.number().int().nonnegative(),
  platform: platformSchema.optional(),
  annotations: z.record(z.string(), z.string()).nullish(),
})
export type Descriptor = z.infer<typeof descriptorSchema>

const documentSchema = z.union([
  z.object({
    schemaVersion: z.literal(2),
    mediaType: z.string().optional(),
    manifests: z.array(descriptorSchema),
    // a text that could be read as both would hide one of them (CVE-2021-41190)
    layers: z.undefined().optional(),
  }),
  z.object({
    schemaVersion: z.literal(2),
    mediaType: z.string().optional(),
    config: descriptorSchema,
    layers: z.array(descriptorSchema),
    manifests: z.undefined().optional(),
  }),
])

/** An image for one platform. */
export interface ImageManifest {
  kind: 'image'
  mediaType: string
  config: Descriptor
  layers: readonly Descriptor[]
}

/** What a registry or an archive says of an image: an index lists one manifest for each platform. */
export type ManifestDocument =
  | ImageManifest
  | { kind: 'index'; mediaType: string; manifests: readonly Descriptor[] }
  | { kind: 'unusable'; why: string }

/** The media types of an index and of a manifest, the newer one of each first (OCI image-spec 1.1; Docker's schema 2). */
export const MEDIA_TYPES = {
  index: [
    'application/vnd.oci.image.index.v1+json',
    'application/vnd.docker.distribution.manifest.list.v2+json',
  ],
  image: [
    'application/vnd.oci.image.manifest.v1+json',
    'application/vnd.docker.distribution.manifest.v2+json',
  ],
} as const

const CONFIG = /^application\/vnd\.(oci\.image\.config|docker\.container\.image)\.v1\+json$/
const LAYER =
  /^application\/vnd\.(oci\.image\.layer\.v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.diff\.tar(\.gzip|\.zstd)?)$/

/** Reads a manifest or an index of Docker or OCI. `served` is the media type that the registry gave for it. */
export function parseManifest(text: string, served?: string): ManifestDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'unusable', why: 'it is not JSON' }
  }
  if (Object(value).schemaVersion === 1)
    return { kind: 'unusable', why: 'it is in the form of Docker before 1.10 (schema 1)' }
  const { data } = documentSchema.safeParse(value)
  if (!data) return { kind: 'unusable', why: 'it is neither a manifest nor an index of images' }
  const kind = data.manifests ? 'index' : 'image'
  const known: readonly string[] = MEDIA_TYPES[kind]
  const mediaType = data.mediaType ?? known.find((type) => type === served) ?? MEDIA_TYPES[kind][0]
  if (!known.includes(mediaType)) return { kind: 'unusable', why: `it is of the kind ${mediaType}` }
  if (data.manifests) return { kind: 'index', mediaType, manifests: data.manifests }
  const odd = [
    ...(CONFIG.test(data.config.mediaType) ? [] : [`a configuration of the kind ${data.config.mediaType}`]),
    ...data.layers.flatMap((layer) =>
      LAYER.test(layer.mediaType) ? [] : [`a layer of the kind ${layer.mediaType}`],
    ),
  ]
  if (odd[0]) return { kind: 'unusable', why: `it has ${odd[0]}` }
  return { kind: 'image', mediaType, config: data.config, layers: data.layers }
}

/** The configuration and the layers of an image; a layer that it has twice only once. */
export function partsOf({ config, layers }: ImageManifest): readonly Descriptor[] {
  return [...new Map([config, ...layers].map((part) => [part.digest, part])).values()]
}

/** An architecture that convecthub fetches images for. */
export type ImageArchitecture = 'amd64' | 'arm64'

/** Variants of an architecture that each machine of it can run, the best first; none is the same as the empty one. */
const VARIANTS: Readonly<Record<ImageArchitecture, readonly string[]>> = {
  amd64: ['', 'v1'],
  arm64: ['v8', ''],
}

/** Whether machines of an architecture can run what was made for a platform. */
export function fits(platform: Platform, architecture: ImageArchitecture): boolean {
  const { os, variant = '' } = platform
  return os === 'linux' && platform.architecture === architecture && VARIANTS[architecture].includes(variant)
}

/** The best manifest of an index for Linux on an architecture. */
export function manifestFor(
  manifests: readonly Descriptor[],
  architecture: ImageArchitecture,
): Descriptor | undefined {
  const rank = ({ platform }: Descriptor) => VARIANTS[architecture].indexOf(platform?.variant ?? '')
  return manifests
    .filter(({ platform }) => platform && fits(platform, architecture))
    .toSorted((one, other) => rank(one) - rank(other))[0]
}

/** A platform in words: `linux/arm64/v8`. */
export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant ? [variant] : [])].join('/')
}
