import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { digest } from '../../digest.ts'
import { ConvecthubError } from '../../errors.ts'
import { quote } from '../../sh.ts'
import type { PackagesItem } from '../apt/package-items.ts'
import { type Artifact, BUNDLE_LOCK, type BundleLock, type Rendering } from '../bundle-lock.ts'
import type { BundleSpec } from '../bundle-spec.ts'
import { parseBundleLock } from '../parse-bundle-lock.ts'
import { bringItems } from './bring-items.ts'
import { type Brought, finishPull, type Pulled } from './finish-pull.ts'
import { type FindImages, imagesWanted } from './images-wanted.ts'
import { isFor } from './look-at-item.ts'
import { onlyOnePull } from './only-one-pull.ts'
import { imageItems, type PullItem, packageItems, pullItems } from './pull-items.ts'
import { PULL_FOLDER, PullWork, type WorkOptions } from './pull-work.ts'
import { readBundleSpec } from './read-bundle-spec.ts'

export interface PullOptions extends Pick<WorkOptions, 'folder' | 'update' | 'logins' | 'emit'> {
  /** Ends the pull; another one continues it. */
  signal: AbortSignal
  /** Opens the way to servers. `signal` ends all that is under way. */
  connect: (mirrors: Readonly<Record<string, string>>, signal: AbortSignal) => WorkOptions['http']
  findImages: FindImages
  /** What makes the packages of bundle.yaml. `scratch` is a folder for what is under way. */
  packages: (spec: BundleSpec, http: WorkOptions['http'], scratch: string) => readonly PackagesItem[]
  /** The values for the chart, convecthub's own first, for the text of the site's. */
  layers: (values: string) => readonly string[]
}

/**
 * Makes a folder hold what its bundle.yaml asks for, and its lock name exactly that. Without `update` a lock that is
 * there stays as it is, and the files become those that it names. Files take their places when all are there, and right.
 * Errors: INTERRUPTED; BUNDLE_YAML, BUNDLE_LOCK, BUNDLE_CHANGED, BUNDLE_BUSY, BUNDLE_SOURCE,
 * CHART_REFUSED; those of Http, of resolveImage, of makeRepository, and of this computer.
 */
export async function pullBundle(options: PullOptions): Promise<Pulled> {
  const { folder, update, signal, connect } = options
  const { spec, values, sha256 } = readBundleSpec(folder)
  const path = join(folder, BUNDLE_LOCK)
  const text = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  const before = text === undefined ? undefined : parseBundleLock(path, text)
  const release = onlyOnePull(join(folder, PULL_FOLDER))
  const stop = new AbortController()
  const end = () => stop.abort(signal.reason)
  signal.addEventListener('abort', end)
  try {
    const work = new PullWork({
      ...options,
      spec,
      wanted: [update ? 'update' : 'pull', sha256, digest(text ?? '')].join(' '),
      old: before?.files ?? [],
      http: connect(spec.mirrors, stop.signal),
    })
    const layers = options.layers(values === undefined ? '' : readFileSync(values, 'utf8'))
    const made = await bringAll(work, stop, {
      ...options,
      ...{ layers, before, packages: options.packages(spec, work.http, work.scratch) },
    })
    return await finishPull(work, made, before)
  } catch (error) {
    if (!signal.aborted) throw error
    throw new ConvecthubError('INTERRUPTED', 'stopped; what was fetched is kept', { cause: error })
  } finally {
    signal.removeEventListener('abort', end)
    release()
  }
}

/** Brings all items. The first that fails ends the others. */
async function bringAll(
  work: PullWork,
  stop: AbortController,
  {
    folder,
    findImages,
    layers,
    before,
    packages,
  }: Pick<PullOptions, 'folder' | 'findImages'> & {
    layers: readonly string[]
    before: BundleLock | undefined
    packages: readonly PackagesItem[]
  },
): Promise<Brought> {
  const { spec, emit, update } = work
  const pinned = update ? undefined : before
  const fixed = [...pullItems(spec), ...packageItems(packages, spec)]
  refuseGaps(folder, pinned, { lacks: missing(fixed, pinned) })
  emit({ event: 'wanted', count: fixed.length, all: false })
  const { look, bring, settled } = bringItems(work, stop.signal)
  await look(fixed)
  const bringImages = async (): Promise<Brought> => {
    const wanted = { bring, findImages, values: layers, renderings: before?.renderings }
    const { names, held, rendering } = await imagesWanted(work, fixed, wanted)
    const images = imageItems(names, held, spec)
    refuseGaps(folder, pinned, {
      lacks: missing(images, pinned),
      holds: pinned?.files.filter(
        (file) => file.from !== undefined && ![...fixed, ...images].some((item) => isFor(item, file)),
      ),
      rendering,
    })
    emit({ event: 'wanted', count: fixed.length + images.length, all: true })
    await look(images)
    return { files: await Promise.all(images.map(bring)), rendering }
  }
  const branches = [Promise.all(fixed.map(bring)), bringImages()] as const
  try {
    const [files, images] = await Promise.all(branches)
    return { files: [...files, ...images.files], rendering: images.rendering }
  } catch (error) {
    stop.abort()
    await Promise.allSettled(branches)
    await settled()
    throw error
  }
}

function missing(items: readonly PullItem[], lock: BundleLock | undefined): PullItem[] {
  return lock ? items.filter((item) => !lock.files.some((file) => isFor(item, file))) : []
}

/** Error: BUNDLE_CHANGED where a lock that is to stay as it is does not fit bundle.yaml. */
function refuseGaps(
  folder: string,
  lock: BundleLock | undefined,
  gaps: { lacks: readonly PullItem[]; holds?: readonly Artifact[] | undefined; rendering?: Rendering },
): void {
  if (!lock) return
  const { lacks, holds = [], rendering } = gaps
  const lines = [
    ...lacks.map(({ name, from }) => `+ ${name} (${from})`),
    ...holds.map(({ name, from }) => `- ${name} (${from})`),
  ]
  const known = lock.renderings?.some(
    ({ chart, values }) => chart === rendering?.chart && values === rendering.values,
  )
  if (lines.length === 0 && (known || !rendering)) return
  throw new ConvecthubError(
    'BUNDLE_CHANGED',
    lines.length > 0
      ? `${join(folder, BUNDLE_LOCK)} does not hold what bundle.yaml asks for`
      : `the values of bundle.yaml are other ones than those that ${join(folder, BUNDLE_LOCK)} was written for`,
    {
      ...(lines.length > 0 && { evidence: lines.join('\n') }),
      hint: `to change the lock: convecthub bundle pull ${quote(folder)} --update`,
    },
  )
}
