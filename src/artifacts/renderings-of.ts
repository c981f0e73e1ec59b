import type { BundleLock, Rendering } from './bundle-lock.ts'
import { bundleImages } from './proof/bundle-images.ts'
import { requiredImages } from './proof/required-images.ts'

/** Renderings for a lock, and what could not be known. */
export interface Renderings {
  renderings: Rendering[]
  doubts: readonly string[]
}

/**
 * The chart of a new lock as the bundle's Helm renders it with `values`, and what the lock before has recorded of the
 * same chart. Without values Helm does not run.
 */
export async function renderingsOf(
  folder: string,
  lock: BundleLock,
  before: BundleLock | undefined,
  values: readonly string[] | undefined,
): Promise<Renderings> {
  const images = bundleImages(folder, lock)
  const old = (before?.renderings ?? []).filter(({ chart }) => chart === images.chart.sha256)
  if (!values) return { renderings: old, doubts: [] }
  const { rendering, refused, unable } = await requiredImages({ ...images, values })
  const why = refused === undefined ? unable : `Helm refuses it: ${refused.split('\n')[0]}`
  return {
    renderings: [
      ...old.filter((each) => each.values !== rendering?.values),
      ...(rendering ? [rendering] : []),
    ],
    doubts: why === undefined ? [] : [`which images the chart asks for is not known: ${why}`],
  }
}
