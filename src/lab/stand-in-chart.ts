import { gzipSync } from 'node:zlib'
import { HUB_IMAGES } from './stand-in-images.ts'
import { tarArchive } from './tar-archive.ts'

/** The version of the JupyterHub chart that the stand-in imitates. */
export const CHART_VERSION = '4.4.0'

/** A chart package with JupyterHub's name. Its description says that it is a stand-in. */
export async function chartPackage(): Promise<Buffer> {
  const chart = [
    'apiVersion: v2',
    'name: jupyterhub',
    `version: ${CHART_VERSION}`,
    'appVersion: "5.5.0"',
    'description: "stand-in: this is not the real JupyterHub chart"',
    'kubeVersion: ">=1.21.0-0"',
    'annotations:',
    '  artifacthub.io/images: |',
    ...HUB_IMAGES.map(
      (image) =>
        `    - name: ${image.slice(image.lastIndexOf('/') + 1).split(':', 1)[0]}\n      image: ${image}`,
    ),
    '',
  ].join('\n')
  const files = {
    'jupyterhub/Chart.yaml': chart,
    'jupyterhub/values.yaml': '# stand-in: the real chart lists its values here\n{}\n',
    'jupyterhub/templates/NOTES.txt': 'stand-in: this is not a real JupyterHub\n',
  }
  return gzipSync(await tarArchive(files))
}
