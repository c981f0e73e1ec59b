import {
  type Artifact,
  BUNDLE_LOCK,
  type BundleLock,
  type HeldImage,
  type RequiredImage,
} from '../bundle-lock.ts'
import { parseImageName } from '../images/image-name.ts'
import { DEVICE_PLUGIN_ASKS, K3S_ASKS } from './askers.ts'
import { bringing, type Gap, some } from './gap.ts'

/** An image that will be asked for; a `usual` one only where the site's values, which are not known, name no other. */
export type AskedImage = RequiredImage & { usual?: boolean }

/**
 * The images that machines with this processor will ask for and that the bundle does not have for it. Where the lock
 * does not say what an archive holds, one warning names what may be missing; a lock of form 1 never says it. Usual images
 * are only warned of.
 */
export function missingImages(
  { files, version }: BundleLock,
  required: readonly AskedImage[],
  architecture: string | undefined,
): Omit<Gap, 'machines'>[] {
  const archives = files.filter(({ kind }) => kind === 'images')
  const fitting = archives.filter((file) => isFor(file, architecture))
  const [here, anywhere] = [heldIn(fitting), heldIn(archives)]
  const systemArchives = fitting.filter(isSystemArchive)
  // an archive of K3s holds the images of K3s, whether or not the lock names them
  const assumed = systemArchives.some(({ images }) => images === undefined)
  const missing = required.filter(({ name, by }) => !here.has(keyOf(name)) && !(assumed && by === K3S_ASKS))
  const noSystem =
    systemArchives.length === 0 && !required.some(({ name, by }) => by === K3S_ASKS && here.has(keyOf(name)))
  if (missing.length === 0 && !noSystem) return []
  const unread = fitting.filter((file) => file.images === undefined && !isSystemArchive(file))
  if (unread.length > 0 || version === 1) return [untold(unread, noSystem, missing)]
  const k3s = files.find(({ kind }) => kind === 'k3s')?.version ?? 'VERSION'
  const suffix = (found: boolean) => (architecture !== undefined && found ? ` for ${architecture}` : '')
  const lacks = (message: string, line: string, level: Gap['level'] = 'error') => ({
    ...{ level, message },
    hint: bringing(line),
  })
  return [
    ...(noSystem
      ? [
          lacks(
            `the bundle has no images of K3s itself${suffix(archives.length > fitting.length)}`,
            `k3s: ${k3s}`,
          ),
        ]
      : []),
    ...[...byName(missing)]
      .filter(([, askers]) => !noSystem || askers.some((by) => by !== K3S_ASKS))
      .map(([name, askers]) => {
        const isUsual = missing.every((image) => image.name !== name || image.usual)
        return lacks(
          `the bundle lacks the image ${name}${suffix(anywhere.has(keyOf(name)))}, which ${some(askers)} ask${askers.length === 1 ? 's' : ''} for${isUsual ? ', unless your values name another' : ''}`,
          lineFor(name, askers, k3s),
          isUsual ? 'warning' : 'error',
        )
      }),
  ]
}

/** Tells whether some archive holds an image; undefined where it may be in one whose images are not known. */
export function imageFinder({ files }: BundleLock): (name: string) => boolean | undefined {
  const archives = files.filter(({ kind }) => kind === 'images')
  const held = heldIn(archives)
  const told = archives.every(({ images }) => images !== undefined)
  return (name) => held.has(keyOf(name)) || (told ? false : undefined)
}

/** Whether an archive is one of those that K3s publishes with its releases. */
export function isSystemArchive({ kind, name }: Artifact): boolean {
  return kind === 'images' && /(^|\/)k3s-airgap-images-/.test(name)
}

/** Whether a file is for machines with this processor; for some machine, where theirs is not known. */
export function isFor(file: Artifact, architecture: string | undefined): boolean {
  return architecture === undefined || file.architecture === 'all' || file.architecture === architecture
}

/** The images that archives hold, by the names that containerd knows them by. */
function heldIn(archives: readonly Artifact[]): Set<string> {
  return new Set(archives.flatMap(({ images = [] }) => images.flatMap(keysOf)))
}

function keysOf({ name, digest }: HeldImage): string[] {
  const { registry, repository } = parseImageName(name) ?? {}
  return [keyOf(name), ...(digest && repository ? [`${registry}/${repository}@${digest}`] : [])]
}

/** A name without the tag where it has a digest, which alone counts then (CRI). */
function keyOf(name: string): string {
  const { registry, repository, tag, digest } = parseImageName(name) ?? {}
  if (repository === undefined) return name
  return `${registry}/${repository}${digest ? `@${digest}` : `:${tag}`}`
}

function untold(
  archives: readonly Artifact[],
  noSystem: boolean,
  missing: readonly RequiredImage[],
): Omit<Gap, 'machines'> {
  const lacking = [
    ...(noSystem ? ["K3s's own images"] : []),
    ...byName(missing.filter(({ by }) => !noSystem || by !== K3S_ASKS)).keys(),
  ]
  return {
    level: 'warning',
    message: `${BUNDLE_LOCK} does not say which images are ${archives.length > 0 ? `in ${some(archives.map(({ name }) => name))}` : 'there'}; the bundle may lack ${some(lacking)}`,
    hint: 'convecthub bundle lock FOLDER writes it again, with their names',
  }
}

/** The line of bundle.yaml that makes an image a part of the bundle. */
function lineFor(name: string, askers: readonly string[], k3s: string): string {
  if (askers.includes(K3S_ASKS)) return `k3s: ${k3s}`
  return askers.includes(DEVICE_PLUGIN_ASKS) ? 'gpu: {}' : `images: [${name}]`
}

/** Who asks for each image. */
function byName(images: readonly RequiredImage[]): Map<string, string[]> {
  const all = new Map<string, string[]>()
  for (const { name, by } of images) all.set(name, [...(all.get(name) ?? []), by])
  return all
}
