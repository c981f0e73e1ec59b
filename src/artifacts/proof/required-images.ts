import { digest } from '../../digest.ts'
import type { Rendering, RequiredImage } from '../bundle-lock.ts'
import { addToCache, readCache } from '../cache.ts'
import { fullImageName } from '../images/image-name.ts'
import { DEVICE_PLUGIN_ASKS, K3S_ASKS, SPEC_ASKS } from './askers.ts'
import { chartImages } from './chart-images.ts'
import { type CheckedFile, renderChart } from './render-chart.ts'

/** The file of the renderings in the cache. */
const RENDERINGS = 'renderings.json'

/** Grows when chartImages finds more or other images than before, so that what is cached counts no longer. */
const FORM = 1

/** What a cluster will be made of, as far as it decides which images are needed. */
export interface ImageInputs {
  /** The version of K3s. */
  k3s: string
  /** The names of K3s's own images: its k3s-images.txt, or what its archive holds. */
  systemImages: readonly string[]
  chart: CheckedFile
  /** Values for the chart as texts of YAML: convecthub's own first, those of the site last. */
  values: readonly string[]
  /** A Helm for this computer; undefined where the bundle has none. */
  helm: CheckedFile | undefined
  /** What a bundle's lock has recorded, for computers that cannot run its Helm. */
  renderings?: readonly Rendering[] | undefined
  /** The device plugin's image, where there are GPUs. */
  devicePlugin?: string | undefined
  /** Images that bundle.yaml names besides. */
  extra?: readonly string[]
}

/** The images that a cluster will ask for. */
export interface RequiredImages {
  images: readonly RequiredImage[]
  /** The chart's part, to be recorded in the bundle's lock; undefined where it is not known. */
  rendering: Rendering | undefined
  /** Helm's words, where it refuses the chart or its values. */
  refused?: string
  /** Why the chart's images cannot be known on this computer. */
  unable?: string
}

/** All images that a cluster will ask for, each with who asks for it. Runs Helm, unless it has rendered the same before. */
export async function requiredImages(inputs: ImageInputs): Promise<RequiredImages> {
  const { systemImages, devicePlugin, extra = [] } = inputs
  const rendered = await renderedImages(inputs)
  const rendering = 'images' in rendered ? rendered : undefined
  return {
    images: distinct([
      ...askedBy(systemImages, K3S_ASKS),
      ...(rendering?.images ?? []),
      ...askedBy(devicePlugin === undefined ? [] : [devicePlugin], DEVICE_PLUGIN_ASKS),
      ...askedBy(extra, SPEC_ASKS),
    ]),
    rendering,
    ...('images' in rendered ? {} : rendered),
  }
}

type Unknown = { refused: string } | { unable: string }

async function renderedImages({
  chart,
  values,
  helm,
  k3s,
  renderings,
}: ImageInputs): Promise<Rendering | Unknown> {
  const of = { chart: chart.sha256, values: valuesDigest(values) }
  const recorded = renderings?.find((each) => each.chart === of.chart && each.values === of.values)
  if (!helm) return recorded ?? { unable: 'the bundle has no Helm for this computer' }
  const key = `${FORM} ${helm.sha256} ${of.chart} ${of.values} ${k3s}`
  const known = readCache(RENDERINGS)[key]
  if (isImages(known)) return { ...of, images: known }
  const rendered = await renderChart({ helm, chart, values, k3s })
  if ('unable' in rendered) return recorded ?? rendered
  if ('refused' in rendered) return rendered
  const images = distinct(chartImages(rendered.text))
  addToCache(RENDERINGS, { [key]: images })
  return { ...of, images }
}

/** The digest of values in their order. */
export function valuesDigest(values: readonly string[]): string {
  return digest(values.map(digest).join('\n'))
}

function isImages(cached: unknown): cached is RequiredImage[] {
  return (
    Array.isArray(cached) &&
    cached.every((each) => typeof each?.name === 'string' && typeof each.by === 'string')
  )
}

/** Images by their names, all asked for by the same one. */
export function askedBy(names: readonly string[], by: string): RequiredImage[] {
  return names.map((name) => ({ name: fullImageName(name), by }))
}

function distinct(images: readonly RequiredImage[]): RequiredImage[] {
  return [...new Map(images.map((image) => [JSON.stringify(Object.values(image)), image])).values()]
}
