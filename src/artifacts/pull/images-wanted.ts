import { basename } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import type { Artifact, Rendering } from '../bundle-lock.ts'
import { localArchitecture } from '../local-architecture.ts'
import type { CheckedFile } from '../proof/render-chart.ts'
import type { ImageInputs, RequiredImages } from '../proof/required-images.ts'
import { namesIn } from './names-in.ts'
import { helmItems, K3S_IMAGES, type PullItem } from './pull-items.ts'
import type { PullWork } from './pull-work.ts'

/** Finds out which images a cluster will ask for, see requiredImages. */
export type FindImages = (inputs: ImageInputs) => Promise<RequiredImages>

export interface ImagesWanted {
  /** Full names. */
  names: readonly string[]
  /** Those in K3s' own archive. */
  held: ReadonlySet<string>
  rendering: Rendering
}

/**
 * Which images the bundle must hold: those of the chart as Helm renders it with the values, and those of bundle.yaml.
 * Where this computer cannot run the bundle's Helm, and no rendering is recorded, one for it is fetched. Errors:
 * CHART_REFUSED where Helm refuses the values, BUNDLE_SOURCE where it cannot be run.
 */
export async function imagesWanted(
  work: PullWork,
  items: readonly PullItem[],
  {
    bring,
    findImages,
    values,
    renderings,
  }: {
    bring: (item: PullItem) => Promise<Artifact>
    findImages: FindImages
    values: readonly string[]
    renderings: readonly Rendering[] | undefined
  },
): Promise<ImagesWanted> {
  const { k3s, images } = work.spec
  const ready = async (wanted: (item: PullItem) => boolean): Promise<Artifact | undefined> => {
    const item = items.find(wanted)
    return item && bring(item)
  }
  const checked = async (file: Artifact | undefined): Promise<CheckedFile | undefined> =>
    file && { path: (await work.find(file.name, file.sha256)) ?? work.staged(file.name), sha256: file.sha256 }
  const list = await ready(({ name }) => name === K3S_IMAGES)
  const systemImages = list ? await namesIn(list, work) : []
  const chart = await checked(await ready(({ kind }) => kind === 'chart'))
  if (!chart) throw new Error('there is a chart in every bundle')
  const find = async (helm: Artifact | undefined) =>
    findImages({ k3s, systemImages, chart, values, renderings, extra: images, helm: await checked(helm) })
  const bundled = await ready(
    ({ kind, architecture }) =>
      kind === 'helm' && process.platform === 'linux' && architecture === localArchitecture(),
  )
  const first = await find(bundled)
  const found =
    first.rendering || first.refused !== undefined ? first : await find(await localHelm(work, bring))
  const { rendering, refused } = found
  if (rendering)
    return { names: found.images.map(({ name }) => name), held: new Set(systemImages), rendering }
  if (refused !== undefined)
    throw new ConvecthubError(
      'CHART_REFUSED',
      `Helm refuses ${basename(chart.path)} with the values of bundle.yaml`,
      {
        evidence: refused,
        hint: 'correct the values, or take versions of chart and K3s that fit each other',
      },
    )
  throw new ConvecthubError('BUNDLE_SOURCE', `Helm cannot be run here: ${found.unable}`, {
    hint: 'pull on a computer with Linux or macOS: it must render the chart to know the images',
  })
}

/** A Helm for this computer, which does not become part of the bundle. */
async function localHelm(
  work: PullWork,
  bring: (item: PullItem) => Promise<Artifact>,
): Promise<Artifact | undefined> {
  const architecture = localArchitecture()
  if (architecture !== 'amd64' && architecture !== 'arm64') return undefined
  const tool = (name: string) => `tools/${name}`
  const items = helmItems(work.spec.helm, process.platform, architecture).map((item) => ({
    ...item,
    name: tool(item.name),
    ...(item.checkedBy !== undefined && { checkedBy: tool(item.checkedBy) }),
  }))
  const brought = await Promise.all(items.map(bring))
  return brought.find(({ kind }) => kind === 'helm')
}
