/** The digest of a manifest, a configuration or a layer. */
export const IMAGE_DIGEST = /^sha256:[0-9a-f]{64}$/

/** The parts of an image's name. */
export interface ImageName {
  /** Host and port of the registry, such as `docker.io`. */
  registry: string
  /** Path in the registry, such as `library/traefik`. */
  repository: string
  /** `latest` when the name has neither tag nor digest. */
  tag: string | undefined
  digest: string | undefined
}

/** Host and port; a first part without a dot, a colon or the name localhost is a folder of docker.io. */
const REGISTRY = /^(?:localhost|[\w-]+(?:\.[\w-]+)+|[\w-]+(?=:\d))(?::\d+)?(?=\/)/

const PATH = /^[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*(?:\/[a-z\d]+(?:(?:[._]|__|-+)[a-z\d]+)*)*$/

/**
 * Splits an image's name as containerd and Docker do: without a registry it is on docker.io, and there without a folder
 * in `library`. Undefined for a text that is no such name (distribution/reference).
 */
export function parseImageName(text: string): ImageName | undefined {
  const [registry = 'docker.io'] = REGISTRY.exec(text) ?? []
  const rest = text.startsWith(`${registry}/`) ? text.slice(registry.length + 1) : text
  const [path = '', tag, digest] = /^([^:@]*)(?::(\w[\w.-]{0,127}))?(?:@(.+))?$/.exec(rest)?.slice(1) ?? []
  if (!PATH.test(path) || (digest && !IMAGE_DIGEST.test(digest))) return undefined
  const known = registry === 'index.docker.io' ? 'docker.io' : registry
  return {
    registry: known,
    repository: known === 'docker.io' && !path.includes('/') ? `library/${path}` : path,
    tag: tag ?? (digest ? undefined : 'latest'),
    digest,
  }
}

/** The full name of an image, by which containerd keeps it: `docker.io/library/traefik:v3.6.12`. */
export function fullImageName(text: string): string {
  const name = parseImageName(text)
  if (!name) return text
  const { registry, repository, tag, digest } = name
  return `${registry}/${repository}${tag ? `:${tag}` : ''}${digest ? `@${digest}` : ''}`
}

/**
 * The names by which containerd must know an image. Kubernetes asks for one that has a tag and a digest by the digest
 * alone (ParseDockerRef in distribution/reference), and people by the tag.
 */
export function namesInStore(text: string): readonly string[] {
  const name = parseImageName(text)
  if (!name?.tag || !name.digest) return [fullImageName(text)]
  const path = `${name.registry}/${name.repository}`
  return [`${path}:${name.tag}`, `${path}@${name.digest}`, fullImageName(text)]
}
