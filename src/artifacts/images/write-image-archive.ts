import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { packTar, type TarSource } from 'modern-tar/fs'
import { partsOf } from './image-manifest.ts'
import { namesInStore, parseImageName } from './image-name.ts'
import type { ResolvedImage } from './resolve-image.ts'

/** How much of a blob is read at a time, bytes. */
const PIECE = 1024 * 1024

/**
 * Writes an image as a tar archive that containerd, `docker load` and tools for OCI layouts read: an OCI layout (OCI
 * image-spec 1.1) with the names in containerd's annotation, and Docker's manifest.json beside it. Equal images give
 * equal bytes. `blobs` are the paths of configuration and layers, by digest.
 */
export async function writeImageArchive(
  image: ResolvedImage,
  blobs: ReadonlyMap<string, string>,
  path: string,
): Promise<{ size: number; sha256: string }> {
  const sources = [
    text('oci-layout', JSON.stringify({ imageLayoutVersion: '1.0.0' })),
    text('index.json', JSON.stringify(ociIndex(image))),
    text('manifest.json', JSON.stringify(dockerManifest(image))),
    text(memberOf(image.digest), image.bytes),
    ...partsOf(image.manifest).map(({ digest, size }) =>
      file(memberOf(digest), blobs.get(digest) ?? '', size),
    ),
  ]
  const hash = createHash('sha256')
  let size = 0
  const part = `${path}.part`
  try {
    await pipeline(
      packTar(sources),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece)
          size += piece.length
          yield piece
        }
      },
      createWriteStream(part, { flush: true }),
    )
    await rename(part, path)
  } catch (error) {
    await rm(part, { force: true })
    throw error
  }
  return { size, sha256: hash.digest('hex') }
}

/** One entry for each name by which containerd must know the image. */
function ociIndex({ name, digest, bytes, manifest, architecture }: ResolvedImage) {
  const manifests = namesInStore(name).map((each) => {
    const { tag, digest: pin } = parseImageName(each) ?? {}
    return {
      mediaType: manifest.mediaType,
      digest,
      size: bytes.length,
      annotations: {
        'io.containerd.image.name': each,
        ...(tag && !pin && { 'org.opencontainers.image.ref.name': tag }),
      },
      platform: { architecture, os: 'linux' },
    }
  })
  return { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests }
}

/** Docker's own list; it takes only names with a tag. */
function dockerManifest({ name, manifest }: ResolvedImage) {
  const tags = namesInStore(name).filter((each) => !each.includes('@'))
  return [
    {
      Config: memberOf(manifest.config.digest),
      RepoTags: tags.length > 0 ? tags : null,
      Layers: manifest.layers.map(({ digest }) => memberOf(digest)),
    },
  ]
}

function memberOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}

/** Same owner, times and rights for all, so that equal images give equal bytes. */
const PLAIN = { mtime: new Date(0), uid: 0, gid: 0, mode: 0o644 }

function text(target: string, content: string | Buffer): TarSource {
  return { type: 'content', target, content, ...PLAIN }
}

/** A file that is opened only when its turn comes. */
function file(target: string, path: string, size: number): TarSource {
  if (size === 0) return text(target, '')
  const read = async function* () {
    yield* createReadStream(path, { highWaterMark: PIECE })
  }
  return { type: 'stream', target, content: Readable.from(read()), size, ...PLAIN }
}
