import { fullImageName } from '../artifacts/images/image-name.ts'
import { digest } from '../digest.ts'
import { tarArchive } from './tar-archive.ts'

/** The images in K3s's own image archive. */
export const SYSTEM_IMAGES = [
  'rancher/klipper-helm:v0.9.8-build20250709',
  'rancher/klipper-lb:v0.4.13',
  'rancher/local-path-provisioner:v0.0.32',
  'rancher/mirrored-coredns-coredns:1.12.3',
  'rancher/mirrored-library-traefik:3.3.6',
  'rancher/mirrored-metrics-server:v0.8.0',
  'rancher/mirrored-pause:3.6',
] as const

/** The images that the JupyterHub chart needs. */
export const HUB_IMAGES = [
  'quay.io/jupyterhub/configurable-http-proxy:5.2.0',
  'quay.io/jupyterhub/k8s-hub:4.4.0',
  'quay.io/jupyterhub/k8s-secret-sync:4.4.0',
  'quay.io/jupyterhub/k8s-singleuser-sample:4.4.0',
] as const

/** An archive of images, and what it holds as a bundle's lock says it. */
export interface StandInArchive {
  content: Buffer
  images: { name: string; digest?: string }[]
}

/** A valid archive in the format of `docker save`, which tells no digests. All names refer to the same empty image. */
export async function imageArchive(names: readonly string[], architecture: string): Promise<StandInArchive> {
  const { layer, config } = await emptyImage(architecture)
  const configName = `${digest(config)}.json`
  const layerName = `${digest(layer)}/layer.tar`
  const manifest = JSON.stringify([{ Config: configName, RepoTags: names, Layers: [layerName] }])
  return {
    content: await tarArchive({ 'manifest.json': manifest, [configName]: config, [layerName]: layer }),
    images: names.map((name) => ({ name: fullImageName(name) })),
  }
}

/** The same as an OCI layout, by which containerd keeps the digests of the images. */
export async function ociArchive(names: readonly string[], architecture: string): Promise<StandInArchive> {
  const { layer, config } = await emptyImage(architecture)
  const describe = (mediaType: string, content: string | Buffer) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: `sha256:${digest(content)}`,
    size: Buffer.byteLength(content),
  })
  const manifest = JSON.stringify({
    schemaVersion: 2,
    config: describe('config.v1+json', config),
    layers: [describe('layer.v1.tar', layer)],
  })
  const described = describe('manifest.v1+json', manifest)
  const manifests = names.map((name) => ({
    ...described,
    annotations: { 'io.containerd.image.name': fullImageName(name) },
  }))
  return {
    content: await tarArchive({
      'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
      'index.json': JSON.stringify({ schemaVersion: 2, manifests }),
      ...Object.fromEntries(
        [manifest, config, layer].map((content) => [`blobs/sha256/${digest(content)}`, content]),
      ),
    }),
    images: names.map((name) => ({ name: fullImageName(name), digest: described.digest })),
  }
}

async function emptyImage(architecture: string): Promise<{ layer: Buffer; config: string }> {
  const layer = await tarArchive({})
  const config = JSON.stringify({
    architecture: architecture === 'armhf' ? 'arm' : architecture,
    os: 'linux',
    config: { Labels: { 'convecthub.stand-in': 'true' } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
    history: [{ created_by: 'convecthub lab bundle (stand-in)' }],
  })
  return { layer, config }
}
