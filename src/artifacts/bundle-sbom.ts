import { digest } from '../digest.ts'
import type { Artifact, BundleLock, HeldImage } from './bundle-lock.ts'
import { parseImageName } from './images/image-name.ts'
import { imageLicence, licenceOf } from './licences.ts'

/** A component of a CycloneDX document, as far as it is used here. */
interface Component {
  type: 'application' | 'container' | 'file' | 'library'
  'bom-ref': string
  name: string
  version?: string
  purl?: string
  hashes?: { alg: 'SHA-256'; content: string }[]
  licenses?: { license: { id: string } }[]
}

/** Where programs come from, as package URLs name it. */
const SOURCES: Readonly<Partial<Record<Artifact['kind'], string>>> = {
  k3s: 'pkg:github/k3s-io/k3s',
  helm: 'pkg:github/helm/helm',
  registry: 'pkg:github/distribution/distribution',
}

/**
 * The contents of a bundle as a software bill of materials, CycloneDX 1.6 in JSON: each file, and each image and Debian
 * package in it. The same lock always gives the same text.
 */
export function bundleSbom(lock: BundleLock): string {
  const components = lock.files.flatMap((file) => [
    fileComponent(file),
    ...(file.images ?? []).map((image) => imageComponent(image, file)),
    ...(file.packages ?? []).map((debian) => packageComponent(debian, file)),
  ])
  const document = {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify(components))}`,
    version: 1,
    metadata: { component: { type: 'application', 'bom-ref': 'bundle', name: lock.description } },
    components,
  }
  return `${JSON.stringify(document, undefined, 2)}\n`
}

function fileComponent(file: Artifact): Component {
  const { name, kind, version, sha256 } = file
  const source = SOURCES[kind]
  return {
    type: kind === 'images' || kind === 'packages' || kind === 'source' ? 'file' : 'application',
    'bom-ref': name,
    name,
    ...(version && { version }),
    ...(source && version && { purl: `${source}@${encodeURIComponent(version)}` }),
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    ...licensed(licenceOf(file)),
  }
}

function imageComponent(image: HeldImage, { name: archive, architecture }: Artifact): Component {
  const { registry, repository = '', tag } = parseImageName(image.name) ?? {}
  const purl = `pkg:oci/${repository.split('/').at(-1)}@${encodeURIComponent(image.digest ?? '')}?arch=${architecture}&repository_url=${registry}/${repository}${tag ? `&tag=${tag}` : ''}`
  return {
    type: 'container',
    'bom-ref': `${archive}#${image.name}`,
    name: image.name,
    ...(image.digest && { version: image.digest, purl }),
    ...licensed(imageLicence(image)),
  }
}

function packageComponent(
  { name, version }: { name: string; version: string },
  { name: archive, architecture, release = '' }: Artifact,
): Component {
  const [system] = release.split('-')
  return {
    type: 'library',
    'bom-ref': `${archive}#${name}=${version}`,
    name,
    version,
    purl: `pkg:deb/${system}/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${release}`,
  }
}

function licensed(id: string | undefined): Pick<Component, 'licenses'> {
  return id ? { licenses: [{ license: { id } }] } : {}
}

/** A UUID made from a text (RFC 9562, version 8). */
function uuidOf(text: string): string {
  const hex = digest(text)
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-')
}
