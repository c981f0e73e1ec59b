import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Artifact, BundleLock } from '../bundle-lock.ts'
import { fullImageName } from '../images/image-name.ts'
import { localArchitecture } from '../local-architecture.ts'
import { isSystemArchive } from './missing-images.ts'
import type { CheckedFile } from './render-chart.ts'
import type { ImageInputs } from './required-images.ts'

/** A list of images, one a line, as K3s publishes it with each release. */
const K3S_IMAGES = 'k3s-images.txt'

/** What a bundle says about the images that a cluster will ask for; the caller adds what the site wants. */
export function bundleImages(folder: string, lock: BundleLock): Omit<ImageInputs, 'values'> {
  const pick = (wanted: (file: Artifact) => boolean): CheckedFile | undefined => {
    const file = lock.files.find(wanted)
    return file && { path: join(folder, file.name), sha256: file.sha256 }
  }
  const chart = pick(({ kind }) => kind === 'chart')
  if (!chart) throw new Error('a lock without a chart is refused when it is read')
  const architecture = process.platform === 'linux' ? localArchitecture() : undefined
  return {
    k3s: lock.files.find(({ kind }) => kind === 'k3s')?.version ?? '',
    systemImages: systemImages(folder, lock),
    chart,
    // earlier stand-ins cannot render
    helm:
      lock.standIn && lock.version === 1
        ? undefined
        : pick((file) => file.kind === 'helm' && file.architecture === architecture),
    renderings: lock.renderings,
  }
}

/** The names of K3s's own images: its published list, else what its archives hold; none when the bundle has neither. */
function systemImages(folder: string, { files }: BundleLock): string[] {
  const list = files.find(({ name }) => basename(name) === K3S_IMAGES)
  if (list) return parseImageList(readFileSync(join(folder, list.name), 'utf8'))
  const held = files
    .filter(isSystemArchive)
    .flatMap(({ images = [] }) => images.map(({ name }) => fullImageName(name)))
  return [...new Set(held)]
}

/** The full names in a list of images. */
export function parseImageList(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(fullImageName)
}
