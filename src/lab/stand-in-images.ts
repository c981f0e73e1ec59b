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

/** A valid archive in the format of `docker save`. All names refer to the same empty image. */
export async function imageArchive(names: readonly string[], architecture: string): Promise<Buffer> {
  const layer = await tarArchive({})
  const config = JSON.stringify({
    architecture: architecture === 'armhf' ? 'arm' : architecture,
    os: 'linux',
    config: { Labels: { 'convecthub.stand-in': 'true' } },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
    history: [{ created_by: 'convecthub lab bundle (stand-in)' }],
  })
  const configName = `${digest(config)}.json`
  const layerName = `${digest(layer)}/layer.tar`
  const manifest = JSON.stringify([{ Config: configName, RepoTags: names, Layers: [layerName] }])
  return tarArchive({ 'manifest.json': manifest, [configName]: config, [layerName]: layer })
}
