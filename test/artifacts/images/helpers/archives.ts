import { packTar } from 'modern-tar'
import { digest } from '../../../../src/digest.ts'
import { DATE, type MadeImage } from './made-image.ts'

export type Files = Readonly<Record<string, string | Uint8Array>>

/** A tar archive of files, in their order. */
export async function tarOf(
  files: Files | readonly (readonly [string, string | Uint8Array])[],
): Promise<Buffer> {
  const entries = Array.isArray(files) ? files : Object.entries(files)
  return Buffer.from(
    await packTar(
      entries.map(([name, content]) => {
        const body = Buffer.from(content)
        return { header: { name, size: body.length, mtime: DATE }, body }
      }),
    ),
  )
}

export const LAYOUT = '{"imageLayoutVersion":"1.0.0"}'

/** The files of an OCI layout; `annotations` are those of each entry of its list. */
export function layoutOf(
  entries: readonly { image: MadeImage; annotations?: object }[],
  blobs = blobsOf(entries),
): Files {
  const manifests = entries.map(({ image: { mediaType, digest, bytes }, annotations }) => ({
    ...{ mediaType, digest, size: bytes.length, annotations },
  }))
  return {
    'oci-layout': LAYOUT,
    'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
    ...Object.fromEntries([...blobs].map(([name, bytes]) => [`blobs/${name.replace(':', '/')}`, bytes])),
  }
}

function blobsOf(entries: readonly { image: MadeImage }[]): ReadonlyMap<string, Buffer> {
  return new Map(entries.flatMap(({ image }) => [...image.blobs]))
}

/** The files of docker save before version 25; `names` are what Docker calls the image. */
export function dockerSaveOf({ blobs }: MadeImage, names: readonly string[] | null): Files {
  const [, config = Buffer.alloc(0), ...layers] = [...blobs.values()]
  const configName = `${digest(config)}.json`
  const files = layers.map((layer, position) => [`${String(position).repeat(64)}/layer.tar`, layer] as const)
  return {
    [configName]: config,
    ...Object.fromEntries(files),
    'manifest.json': JSON.stringify([
      { Config: configName, RepoTags: names, Layers: files.map(([name]) => name) },
    ]),
    repositories: '{}',
  }
}
