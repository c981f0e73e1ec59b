import { digest as sha256 } from '../../digest.ts'
import { ConvecthubError } from '../../errors.ts'
import { textOf } from '../../printable.ts'
import {
  type Descriptor,
  fits,
  type ImageArchitecture,
  type ImageManifest,
  type ManifestDocument,
  MEDIA_TYPES,
  manifestFor,
  type Platform,
  parseManifest,
  platformText,
} from './image-manifest.ts'
import { fullImageName, parseImageName } from './image-name.ts'
import type { Registries } from './registries.ts'
import { type Endpoint, registryEndpoint } from './registry-endpoint.ts'
import { reasonIn } from './registry-session.ts'

/** An image as its registry has it, for one architecture. */
export interface ResolvedImage {
  /** Its full name. */
  name: string
  architecture: ImageArchitecture
  endpoint: Endpoint
  /** The digest of the manifest for this architecture. */
  digest: string
  manifest: ImageManifest
  /** The manifest as the registry sent it. */
  bytes: Buffer
}

/** Maximum size of a manifest, bytes: that of the CNCF's registry. */
const LARGEST_MANIFEST = 4 * 1024 * 1024

/** Maximum size of an image's configuration, bytes. */
const LARGEST_CONFIG = 8 * 1024 * 1024

/**
 * Asks a registry for the manifest of an image for Linux on an architecture. With `pinned`, the digest of a manifest,
 * for that one, whatever the tag means today. Errors: IMAGE_MISSING, REGISTRY_DENIED, IMAGE_PLATFORM, IMAGE_DIGEST,
 * IMAGE_FORM, and those of Http.
 */
export async function resolveImage(
  name: string,
  architecture: ImageArchitecture,
  registries: Registries,
  pinned?: string,
): Promise<ResolvedImage> {
  const parsed = parseImageName(name)
  if (!parsed)
    throw new ConvecthubError('IMAGE_MISSING', `${name} cannot be the name of an image`, {
      hint: 'a name is such as quay.io/jupyterhub/k8s-hub:4.4.0',
    })
  const endpoint = registryEndpoint(parsed, registries.mirrors)
  const image = { name: fullImageName(name), endpoint, registries }
  const found = (answer: Answered, manifest: ImageManifest): ResolvedImage => {
    const { digest, bytes } = answer
    return { name: image.name, architecture, endpoint, digest, manifest, bytes }
  }
  const reference = pinned ?? parsed.digest ?? parsed.tag ?? 'latest'
  const top = await ask(image, reference, pinned !== undefined)
  if (top.document.kind === 'index') {
    const { manifests } = top.document
    const part = manifestFor(manifests, architecture)
    if (!part)
      throw notFor(
        image.name,
        architecture,
        manifests.flatMap(({ platform }) => platform ?? []),
      )
    const answer = await ask(image, part.digest)
    if (answer.document.kind === 'image') return found(answer, answer.document)
    throw notImage(image, 'its index lists another index')
  }
  const platform = await platformOf(image, top.document.config)
  if (!fits(platform, architecture)) throw notFor(image.name, architecture, [platform])
  return found(top, top.document)
}

/** An image that is asked for. */
interface Asked {
  name: string
  endpoint: Endpoint
  registries: Registries
}

/** What a registry answered. */
interface Answered {
  document: Exclude<ManifestDocument, { kind: 'unusable' }>
  digest: string
  bytes: Buffer
}

/** Asks for a manifest or an index by tag or digest. `pinned`: it is that of a lock. */
async function ask(image: Asked, reference: string, pinned = false): Promise<Answered> {
  const { name, endpoint, registries } = image
  const { status, headers, body } = await registries.get(endpoint, `manifests/${reference}`, {
    limit: LARGEST_MANIFEST,
    expects: [404],
    headers: { accept: [...MEDIA_TYPES.index, ...MEDIA_TYPES.image].join(', ') },
  })
  if (status === 404) {
    const evidence = reasonIn(body)
    throw new ConvecthubError('IMAGE_MISSING', `${endpoint.host} has no ${name}`, {
      hint: pinned
        ? `it no longer has the manifest ${reference} of bundle.lock.yaml: convecthub bundle pull --update takes what the tag means now`
        : `check the name and the tag: docker manifest inspect ${name}`,
      ...(evidence && { evidence }),
    })
  }
  const digest = `sha256:${sha256(body)}`
  if (reference.startsWith('sha256:') && digest !== reference)
    throw new ConvecthubError('IMAGE_DIGEST', `${endpoint.host} sent another manifest for ${name}`, {
      evidence: `asked for ${reference}\ngot       ${digest}`,
      hint: 'try again; if it stays, a proxy or mirror on the way changes it',
    })
  const document = parseManifest(body.toString(), headers['content-type']?.split(';', 1)[0]?.trim())
  if (document.kind === 'unusable') throw notImage(image, document.why, body)
  return { document, digest, bytes: body }
}

/** The platform of an image that has no index: its configuration tells. */
async function platformOf(image: Asked, config: Descriptor): Promise<Platform> {
  const path = `blobs/${config.digest}`
  const { body } = await image.registries.get(image.endpoint, path, { limit: LARGEST_CONFIG })
  try {
    const { architecture, os, variant } = JSON.parse(body.toString())
    return { architecture: textOf(architecture), os: textOf(os), variant: textOf(variant) }
  } catch {
    throw notImage(image, 'its configuration is not JSON', body)
  }
}

function notFor(
  name: string,
  architecture: ImageArchitecture,
  platforms: readonly Platform[],
): ConvecthubError {
  // a build record of BuildKit is listed as unknown/unknown
  const there = platforms.filter(({ os }) => os !== 'unknown').map(platformText)
  return new ConvecthubError('IMAGE_PLATFORM', `${name} is not there for linux/${architecture}`, {
    evidence: `there is: ${[...new Set(there)].join(', ') || 'nothing'}`,
    hint: `choose another image or tag, or take ${architecture} out of architectures in bundle.yaml`,
  })
}

function notImage({ name, endpoint }: Asked, why: string, body?: Buffer): ConvecthubError {
  const start = body && textOf(body.toString('utf8', 0, 200))
  return new ConvecthubError(
    'IMAGE_FORM',
    `${endpoint.host} has no image that can be used as ${name}: ${why}`,
    {
      ...(start && { evidence: start }),
      hint: `check the name, and whether a proxy answers instead: docker manifest inspect ${name}`,
    },
  )
}
