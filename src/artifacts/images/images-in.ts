import type { HeldImage } from '../bundle-lock.ts'
import { type ArchiveDocument, type ArchiveDocuments, archiveDocuments } from './archive-documents.ts'
import { type Descriptor, fits, type ImageArchitecture, type Platform } from './image-manifest.ts'
import { fullImageName, parseImageName } from './image-name.ts'
import { damaged } from './unpacked-file.ts'

/** Digests of an image's configuration and layers. In an OCI layout each lies in a file named for its digest. */
export interface ImageParts {
  config: string
  layers: readonly string[]
}

/** What an archive holds. */
export type ArchiveContent =
  | {
      kind: 'images'
      /** `docker`: without manifests and their digests, as docker save wrote it before version 25. */
      format: 'oci' | 'docker'
      /** As in `dpkg --print-architecture`, as far as the archive tells. */
      architectures: readonly string[]
      /** Those for the architecture that was asked for, by name. */
      images: readonly HeldImage[]
      /** What images are called that Kubernetes cannot ask for, because containerd keeps them under that name: `v1`. */
      nameless: readonly string[]
      /** By the digest of a manifest; only in an OCI layout. */
      parts: ReadonlyMap<string, ImageParts>
    }
  | { kind: 'no-images' }
  /** Not readable on this computer: why, such as "it is compressed with xz". */
  | { kind: 'unknown'; why: string }

/** An image of an archive for one platform. */
interface Found {
  /** Of its manifest. */
  digest?: string
  platform?: Platform | undefined
  parts?: ImageParts
  /** Files of the archive that it is made of. */
  files: readonly string[]
}

/** What an archive has under one name, for one or more platforms. */
interface Entry {
  /** Undefined where Kubernetes cannot ask for it. */
  name: string | undefined
  called: string
  found: readonly Found[]
}

/**
 * Reads which images an archive holds: of docker save, of K3s, OCI layouts (containerd, skopeo, crane, ours), also
 * compressed. With `architecture`, those for it; else all, and digests only of those that are there for one. Error:
 * ARCHIVE for an archive that is damaged or lacks a part of an image.
 */
export async function imagesIn(path: string, architecture?: ImageArchitecture): Promise<ArchiveContent> {
  const archive = await archiveDocuments(path)
  if (typeof archive === 'string') return { kind: 'unknown', why: archive }
  const { index, docker, members } = archive
  const entries =
    index?.map((each) => ociEntry(archive, each)) ?? docker?.flatMap((each) => dockerEntries(archive, each))
  if (!entries) return { kind: 'no-images' }
  const all = entries.flatMap(({ found }) => found)
  const wanted = entries.flatMap((entry) => {
    const fitting = entry.found.filter(
      ({ platform }) => !architecture || !platform || fits(platform, architecture),
    )
    return fitting.length > 0 ? [{ ...entry, found: architecture ? fitting.slice(0, 1) : fitting }] : []
  })
  for (const { called, found } of wanted) {
    const missing = found.flatMap(({ files }) => files).find((file) => !members.has(file))
    if (missing !== undefined) throw damaged(path, `it lacks ${missing}, a part of ${called}`)
  }
  return {
    kind: 'images',
    format: index ? 'oci' : 'docker',
    architectures: [
      ...new Set(all.flatMap(({ platform }) => (platform ? debianName(platform) : []))),
    ].toSorted(),
    images: [...new Map(wanted.flatMap((entry) => heldImage(entry))).values()].toSorted(byName),
    nameless: wanted.flatMap(({ name, called }) => (name ? [] : called)),
    parts: new Map(
      wanted.flatMap(({ found }) =>
        found.flatMap(({ digest, parts }) => (digest && parts ? [[digest, parts] as const] : [])),
      ),
    ),
  }
}

/** containerd takes the names of an OCI layout as they are, and those of Docker's list as Docker understands them. */
function ociEntry(archive: ArchiveDocuments, descriptor: Descriptor): Entry {
  const { annotations } = descriptor
  const called =
    annotations?.['io.containerd.image.name'] ?? annotations?.['org.opencontainers.image.ref.name']
  const isFull = called !== undefined && parseImageName(called) && fullImageName(called) === called
  const found = manifestsOf(archive, descriptor)
  return {
    name: isFull ? called : undefined,
    called: called ?? descriptor.digest,
    // a manifest that the list names itself must be there
    found: found.length > 0 ? found : [{ files: [fileOf(descriptor.digest)] }],
  }
}

/** More platforms than any image is made for. */
const MOST_PLATFORMS = 100

/** Those of an index, which may list more than the archive holds, or the one of a manifest. */
function manifestsOf(archive: ArchiveDocuments, descriptor: Descriptor): Found[] {
  const document = archive.documents.get(fileOf(descriptor.digest))
  const own = document?.kind === 'index' ? document.manifests : [descriptor]
  return own
    .filter(({ digest, platform }) => platform?.os !== 'unknown' && archive.members.has(fileOf(digest)))
    .slice(0, MOST_PLATFORMS)
    .map((each) => manifestOf(archive, each))
}

function manifestOf({ documents }: ArchiveDocuments, { digest, platform }: Descriptor): Found {
  const document = documents.get(fileOf(digest))
  if (document?.kind !== 'image') return { digest, platform, files: [] }
  const { config, layers } = document
  return {
    ...{ digest, parts: { config, layers }, files: [config, ...layers].map(fileOf) },
    platform: platform ?? platformOf(documents.get(fileOf(config))),
  }
}

function dockerEntries(
  archive: ArchiveDocuments,
  image: NonNullable<ArchiveDocuments['docker']>[number],
): Entry[] {
  const { Config, RepoTags, Layers } = image
  const found = [{ platform: platformOf(archive.documents.get(Config)), files: [Config, ...Layers] }]
  const names = RepoTags?.length ? RepoTags : [undefined]
  return names.map((tag) => ({
    ...{ called: tag ?? Config, found },
    name: tag && parseImageName(tag) ? fullImageName(tag) : undefined,
  }))
}

function heldImage({ name, found: [first, ...more] }: Entry): (readonly [string, HeldImage])[] {
  if (!name) return []
  const digest = more.length === 0 ? first?.digest : undefined
  return [[name, { name, ...(digest && { digest }) }]]
}

function byName(one: HeldImage, other: HeldImage): number {
  return one.name < other.name ? -1 : 1
}

function platformOf(document: ArchiveDocument | undefined): Platform | undefined {
  return document?.kind === 'config' ? document.platform : undefined
}

function debianName({ architecture }: Platform): string {
  return architecture === 'arm' ? 'armhf' : architecture
}

function fileOf(digest: string): string {
  return `blobs/${digest.replace(':', '/')}`
}
