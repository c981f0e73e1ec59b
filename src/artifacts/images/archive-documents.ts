import { z } from 'zod'
import { digest } from '../../digest.ts'
import { type Descriptor, type Platform, parseManifest } from './image-manifest.ts'
import { tarMembers } from './tar-members.ts'
import { damaged, unpackedFile } from './unpacked-file.ts'

/** Docker's own list of the images in an archive (docker save). */
const dockerList = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()) }),
)

/** What the small files of an image archive say; `members` are the names of all files. */
export interface ArchiveDocuments {
  members: ReadonlySet<string>
  /** The list of an OCI layout: index.json. */
  index: readonly Descriptor[] | undefined
  /** Docker's list: manifest.json. */
  docker: z.infer<typeof dockerList> | undefined
  /** The documents of images, by the name of their file. */
  documents: ReadonlyMap<string, ArchiveDocument>
}

export type ArchiveDocument =
  | { kind: 'index'; manifests: readonly Descriptor[] }
  | { kind: 'image'; config: string; layers: readonly string[] }
  | { kind: 'config'; platform: Platform }

/** Larger files are not looked into, bytes: they are layers. */
const LARGEST = 1024 * 1024

/** Maximum size of all documents together, bytes: an image has some ten KiB of them. */
const LARGEST_TOTAL = 64 * 1024 * 1024

/** Where documents of images lie: in an OCI layout, in old archives of docker save, in those of crane. */
const PLACES = /^(blobs\/sha256\/[\da-f]{64}|[\da-f]{64}\.json|sha256:[\da-f]{64})$/

const LISTS = ['index.json', 'manifest.json']

/**
 * Reads what an archive says of the images in it: a tar archive, also compressed with gzip or zstd. A text, in place of
 * it, is why the file cannot be unpacked on this computer. Error: ARCHIVE.
 */
export async function archiveDocuments(path: string): Promise<ArchiveDocuments | string> {
  const file = await unpackedFile(path)
  if ('why' in file) return file.why
  const members = new Set<string>()
  const lists = new Map<string, string>()
  const documents = new Map<string, ArchiveDocument>()
  let total = 0
  for await (const member of tarMembers(path, file.bytes)) {
    const { name, size } = member
    const isList = LISTS.includes(name)
    if (isList && (members.has(name) || size > LARGEST))
      throw damaged(path, `its ${name} is ${members.has(name) ? 'there twice' : 'too large'}`)
    members.add(name)
    if (member.type !== 'file' || size > LARGEST || !(isList || PLACES.test(name))) continue
    const bytes = await member.read()
    if (isList) lists.set(name, bytes.toString())
    if (name.startsWith('blobs/') && !name.endsWith(digest(bytes)))
      throw damaged(path, `its part ${name} is not what its name says`)
    const document = documentOf(bytes)
    if (!document) continue
    total += size
    if (total > LARGEST_TOTAL) throw damaged(path, 'it describes more images than a file can hold')
    documents.set(name, document)
  }
  const list = parseManifest(lists.get('index.json') ?? '')
  const isLayout = members.has('oci-layout')
  if (isLayout && list.kind !== 'index') throw damaged(path, 'its index.json is not a list of images')
  return {
    ...{ members, documents },
    index: isLayout && list.kind === 'index' ? list.manifests : undefined,
    // other archives may have a manifest.json of another form
    docker: parsedAs(dockerList, lists.get('manifest.json') ?? ''),
  }
}

/** Undefined for anything else, such as a small layer. */
function documentOf(bytes: Buffer): ArchiveDocument | undefined {
  if (bytes[0] !== 0x7b) return undefined
  const text = bytes.toString()
  const found = parseManifest(text)
  if (found.kind === 'index') return found
  if (found.kind === 'image')
    return {
      kind: 'image',
      config: found.config.digest,
      layers: found.layers.map(({ digest }) => digest),
    }
  const config = parsedAs(configSchema, text)
  return config && { kind: 'config', platform: config }
}

const configSchema = z.object({
  architecture: z.string(),
  os: z.string(),
  variant: z.string().optional(),
  rootfs: z.object({}),
})

function parsedAs<T>(schema: z.ZodType<T>, text: string): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text)).data
  } catch {
    return undefined
  }
}
