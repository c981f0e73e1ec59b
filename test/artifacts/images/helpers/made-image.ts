import { gzipSync } from 'node:zlib'
import { packTar } from 'modern-tar'
import { digest } from '../../../../src/digest.ts'

/** A blob with its digest. */
export interface Blob {
  digest: string
  bytes: Buffer
}

/** An image made for a test: its manifest, and all its blobs by digest, the manifest too. */
export interface MadeImage extends Blob {
  mediaType: string
  platform: { architecture: string; os: string; variant?: string }
  blobs: ReadonlyMap<string, Buffer>
}

export const OCI = {
  index: 'application/vnd.oci.image.index.v1+json',
  image: 'application/vnd.oci.image.manifest.v1+json',
  config: 'application/vnd.oci.image.config.v1+json',
  layer: 'application/vnd.oci.image.layer.v1.tar+gzip',
} as const

export const DOCKER = {
  index: 'application/vnd.docker.distribution.manifest.list.v2+json',
  image: 'application/vnd.docker.distribution.manifest.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const

export function blobOf(content: string | Uint8Array): Blob {
  return { digest: `sha256:${digest(content)}`, bytes: Buffer.from(content) }
}

export const DATE = new Date(0)

/** A small real image with one layer for each text. */
export async function madeImage(
  texts: readonly string[] = ['hello'],
  { types = OCI as typeof OCI | typeof DOCKER, architecture = 'amd64', variant = '', os = 'linux' } = {},
): Promise<MadeImage> {
  const tars = await Promise.all(
    texts.map((text) =>
      packTar([{ header: { name: 'hello.txt', size: text.length, mtime: DATE }, body: text }]),
    ),
  )
  const layers = tars.map((tar) => blobOf(gzipSync(tar)))
  const platform = { architecture, os, ...(variant && { variant }) }
  const config = blobOf(
    JSON.stringify({
      ...platform,
      config: { Cmd: ['/hello'] },
      rootfs: { type: 'layers', diff_ids: tars.map((tar) => blobOf(tar).digest) },
    }),
  )
  const part = (mediaType: string, { digest, bytes }: Blob) => ({ mediaType, digest, size: bytes.length })
  const manifest = blobOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.image,
      config: part(types.config, config),
      layers: layers.map((layer) => part(types.layer, layer)),
    }),
  )
  const all = [manifest, config, ...layers]
  return {
    ...manifest,
    ...{ mediaType: types.image, platform },
    blobs: new Map(all.map(({ digest, bytes }) => [digest, bytes])),
  }
}

/** An index of images, and of what else belongs into it. */
export function madeIndex(
  images: readonly MadeImage[],
  { types = OCI as typeof OCI | typeof DOCKER, more = [] as object[] } = {},
): MadeImage {
  const index = blobOf(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: types.index,
      manifests: [
        ...more,
        ...images.map(({ mediaType, digest, bytes, platform }) => ({
          ...{ mediaType, digest, size: bytes.length, platform },
        })),
      ],
    }),
  )
  const blobs = [[index.digest, index.bytes] as const, ...images.flatMap((image) => [...image.blobs])]
  return {
    ...index,
    ...{ mediaType: types.index, platform: { architecture: '', os: '' }, blobs: new Map(blobs) },
  }
}
