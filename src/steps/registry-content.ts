import type { Artifact } from '../artifacts/bundle-lock.ts'
import { parseImageName } from '../artifacts/images/image-name.ts'

/** Names, as `x/y:1`, that stand for different images of these archives: they are not served. */
export function unclearNames(archives: readonly Artifact[]): readonly string[] {
  return [...clashes(namesIn(archives))].map((key) => key.replace(' ', ':'))
}

/** What these archives let the registry serve, a line an image; see serve() in templates/remote/registry-store.sh. */
export function contentLines(archives: readonly Artifact[]): readonly string[] {
  const names = namesIn(archives)
  const unclear = clashes(names)
  const tagged = new Map<string, Map<string, string>>()
  for (const each of names)
    if (each.tag !== undefined && !unclear.has(keyOf(each)))
      tagged.set(keyOf(each), (tagged.get(keyOf(each)) ?? new Map()).set(each.architecture, each.digest))
  const lines = [
    ...[...tagged].map(([key, digests]) => {
      const all = [...digests].map((pair) => pair.join('='))
      return `${key} ${all.length === 1 ? [...digests.values()][0] : all.join(',')}\n`
    }),
    ...names
      .filter((each) => each.tag === undefined || unclear.has(keyOf(each)))
      .map((each) => `${each.repository} - ${each.digest}\n`),
    ...names.flatMap(({ repository, pinned }) => (pinned ? [`${repository} ? ${pinned}\n`] : [])),
  ]
  return [...new Set(lines)].sort()
}

/** A name under which an image is served: without the host of its registry, which nodes leave out when they ask. */
interface Served {
  repository: string
  tag: string | undefined
  architecture: string
  /** Of the image's manifest, in hex. */
  digest: string
  /** The digest in the name, where it is another: that of an index of all architectures, which the archive may hold. */
  pinned: string | undefined
}

function namesIn(archives: readonly Artifact[]): Served[] {
  return archives.flatMap(({ architecture, images = [] }) =>
    images.flatMap(({ name, digest: manifest = '' }): Served[] => {
      const { repository, tag, digest: pinned } = parseImageName(name) ?? {}
      if (repository === undefined) return []
      const hex = (text: string) => text.replace('sha256:', '')
      const other = pinned !== undefined && pinned !== manifest ? hex(pinned) : undefined
      return [{ repository, tag, architecture, digest: hex(manifest), pinned: other }]
    }),
  )
}

const keyOf = ({ repository, tag }: Served) => `${repository} ${tag}`

/** The keys that stand for different images, such as quay.io/x/y:1 and docker.io/x/y:1: which one is wanted is unclear. */
function clashes(names: readonly Served[]): Set<string> {
  const seen = new Map<string, string>()
  return new Set(
    names.flatMap((each) => {
      const key = `${keyOf(each)} ${each.architecture}`
      const other = seen.get(key) ?? each.digest
      seen.set(key, other)
      return each.tag !== undefined && other !== each.digest ? [keyOf(each)] : []
    }),
  )
}
