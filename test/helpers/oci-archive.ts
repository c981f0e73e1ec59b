import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import { digest } from '../../src/digest.ts'
import { tarArchive } from '../../src/lab/tar-archive.ts'
import { artifact } from './test-cluster.ts'

/** An image of a test: its full name, its architecture, and a text in its only layer. */
export interface TestImage {
  name: string
  architecture?: Artifact['architecture']
  text: string
}

export interface TestArchive {
  content: Buffer
  /** As the bundle's lock describes it. */
  artifact: Artifact
  /** sha256 of its manifest and of all its blobs, in hex. */
  manifest: string
  blobs: string[]
}

/** An archive with one image as the bundle has them: an OCI image layout as an uncompressed tar. */
export async function ociArchive({ name, architecture = 'amd64', text }: TestImage): Promise<TestArchive> {
  const layer = await tarArchive({ text })
  const config = JSON.stringify({
    architecture: architecture === 'armhf' ? 'arm' : architecture,
    os: 'linux',
    config: { Cmd: ['/text'] },
    rootfs: { type: 'layers', diff_ids: [`sha256:${digest(layer)}`] },
  })
  const described = (mediaType: string, content: string | Buffer) => ({
    mediaType: `application/vnd.oci.image.${mediaType}`,
    digest: `sha256:${digest(content)}`,
    size: Buffer.byteLength(content),
  })
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    config: described('config.v1+json', config),
    layers: [described('layer.v1.tar', layer)],
    annotations: { 'org.opencontainers.image.base.digest': `sha256:${'a'.repeat(64)}` },
  })
  const index = JSON.stringify({
    schemaVersion: 2,
    manifests: [
      { ...described('manifest.v1+json', manifest), annotations: { 'io.containerd.image.name': name } },
    ],
  })
  const blobs = [layer, config, manifest]
  const content = await tarArchive({
    'oci-layout': '{"imageLayoutVersion":"1.0.0"}',
    'index.json': index,
    ...Object.fromEntries(blobs.map((blob) => [`blobs/sha256/${digest(blob)}`, blob])),
  })
  return {
    content,
    manifest: digest(manifest),
    blobs: blobs.map((blob) => digest(blob)),
    artifact: artifact(`images/${name.replaceAll(/[/:@]/g, '_')}-${architecture}.tar`, {
      kind: 'images',
      size: content.length,
      sha256: digest(content),
      architecture,
      images: [{ name, digest: `sha256:${digest(manifest)}` }],
    }),
  }
}
