import type { Artifact } from '../bundle-lock.ts'
import { parseImageName } from '../images/image-name.ts'

/** How a new lock differs from the one before, in one thing. */
export interface LockChange {
  sign: '+' | '~' | '-'
  /** What it is: `k3s amd64`, or an image without its tag. */
  what: string
  /** A version, a tag, or where these are the same a digest. */
  before?: string
  after?: string
}

/** What changes between the files of two locks. Sources are left out: they change with what they describe. */
export function lockChanges(before: readonly Artifact[], after: readonly Artifact[]): LockChange[] {
  const [old, now] = [before, after].map((files) => files.filter(({ kind }) => kind !== 'source'))
  const several = new Set([...repeated(old ?? []), ...repeated(now ?? [])])
  const named = (files: readonly Artifact[] = []) =>
    new Map(files.map((file) => [several.has(thing(file)) ? file.name : thing(file), file]))
  const [was, is] = [named(old), named(now)]
  return [...new Set([...was.keys(), ...is.keys()])]
    .toSorted()
    .flatMap((what) => changeOf(what, was.get(what), is.get(what)))
}

function changeOf(what: string, was: Artifact | undefined, is: Artifact | undefined): LockChange[] {
  if (!was) return is ? [{ sign: '+', what, after: label(is) }] : []
  if (!is) return [{ sign: '-', what, before: label(was) }]
  if (was.sha256 === is.sha256) return []
  const told = label(was) === label(is) ? pin : label
  return [{ sign: '~', what, before: told(was), after: told(is) }]
}

/** What a file is, which stays the same from version to version. */
function thing(file: Artifact): string {
  const { name, kind, architecture, release, version } = file
  const of = architecture === 'all' ? '' : ` ${architecture}`
  if (kind === 'chart') return `chart ${name.replace(/^.*\//, '').replace(`-${version}.tgz`, '')}`
  if (kind === 'packages') return `packages ${release}${of}`
  const image = imageOf(file)
  if (image) return `${image.registry}/${image.repository}${of}`
  return kind === 'images' ? name : `${kind}${of}`
}

/** What several files are, such as two tags of one image. */
function repeated(files: readonly Artifact[]): string[] {
  const things = files.map(thing)
  return things.filter((each, at) => things.indexOf(each) !== at)
}

function label(file: Artifact): string {
  return file.version ?? imageOf(file)?.tag ?? pin(file)
}

function pin({ images, sha256 }: Artifact): string {
  const digest = images?.length === 1 ? images[0]?.digest : undefined
  return (digest ?? `sha256:${sha256}`).slice(0, 'sha256:'.length + 12)
}

/** The image that was fetched for an archive; none for K3s' archive, which was fetched from an address. */
function imageOf({ kind, from }: Artifact) {
  return kind === 'images' && from !== undefined ? parseImageName(from) : undefined
}
