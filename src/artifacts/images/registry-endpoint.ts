import { mirrored } from '../sources/mirrored.ts'
import type { ImageName } from './image-name.ts'

/** Where an image is asked for. */
export interface Endpoint {
  /** As in `docker login`: `docker.io`, `store.lan:5000`. */
  host: string
  /** Its path there, such as `library/traefik`. */
  repository: string
  /** The address of the repository, without a slash at the end: `https://quay.io/v2/jupyterhub/k8s-hub`. */
  address: string
}

/** Hosts on this computer, which have no certificate. */
const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/

/** Registries that answer at another host than their name says. */
const HOSTS: Readonly<Record<string, string>> = { 'docker.io': 'registry-1.docker.io' }

/** Stands for the scheme until it is known whether a mirror names one. */
const UNTOLD = 'oci'

/** Where to ask for an image. `mirrors` are those of bundle.yaml, see mirrored; one with http:// is asked without TLS. */
export function registryEndpoint(
  { registry, repository }: Pick<ImageName, 'registry' | 'repository'>,
  mirrors: Readonly<Record<string, string>> = {},
): Endpoint {
  const place = mirrored(`${UNTOLD}://${registry}/${repository}`, mirrors)
  const [, scheme, host = '', rest = ''] = /^(\w+):\/\/([^/]+)\/(.*)$/.exec(place) ?? []
  const usual = LOCAL.test(host) ? 'http' : 'https'
  const asked = scheme === UNTOLD ? usual : scheme
  return { host, repository: rest, address: `${asked}://${HOSTS[host] ?? host}/v2/${rest}` }
}
