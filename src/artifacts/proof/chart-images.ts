import { parseAllDocuments } from 'yaml'
import type { RequiredImage } from '../bundle-lock.ts'
import { fullImageName } from '../images/image-name.ts'
import { mapping } from './mapping.ts'
import { spawnerImages } from './spawner-images.ts'

/**
 * The images that a chart asks for, from what `helm template` printed: those of all containers, hooks included, and
 * those of the pods that the hub will start, by the values that the chart hands to it.
 */
export function chartImages(rendered: string): RequiredImage[] {
  return parseAllDocuments(rendered).flatMap((document) =>
    imagesOf('toJS' in document ? document.toJS() : undefined),
  )
}

function imagesOf(object: unknown): RequiredImage[] {
  const { kind, metadata, items } = mapping(object)
  if (Array.isArray(items)) return items.flatMap(imagesOf)
  const by = `${kind} ${mapping(metadata).name} of the chart`
  return [
    ...containersIn(object).map(({ image, imagePullPolicy }) => ({
      name: fullImageName(String(image)),
      by,
      ...(typeof imagePullPolicy === 'string' && { pullPolicy: imagePullPolicy }),
    })),
    ...(kind === 'Secret' ? spawnerImages(handedValues(object)) : []),
  ]
}

/** All containers of an object, wherever its pods are described: a CronJob's are deeper than a Deployment's. */
function containersIn(part: unknown): Readonly<Record<string, unknown>>[] {
  if (Array.isArray(part)) return part.flatMap(containersIn)
  return Object.entries(mapping(part)).flatMap(([key, value]) =>
    Array.isArray(value) && (key === 'containers' || key === 'initContainers')
      ? value.map(mapping).filter(({ image }) => image !== undefined)
      : containersIn(value),
  )
}

/** The chart's merged values, which the hub reads from a secret: Helm itself has merged them (JupyterHub chart, hub/secret.yaml). */
function handedValues(secret: unknown): unknown {
  const text = mapping(mapping(secret).data)['values.yaml']
  if (typeof text !== 'string') return undefined
  const [document] = parseAllDocuments(Buffer.from(text, 'base64').toString())
  return document && 'toJS' in document ? document.toJS() : undefined
}
