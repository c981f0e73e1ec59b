import type { Artifact, HeldImage } from './bundle-lock.ts'

/** Licences of the programs that a bundle usually holds, as SPDX writes them, by kind of file. */
const OF_KIND: Readonly<Partial<Record<Artifact['kind'], string>>> = {
  k3s: 'Apache-2.0',
  helm: 'Apache-2.0',
  chart: 'BSD-3-Clause',
  registry: 'Apache-2.0',
}

/** The same for images, by the beginning of their names: of the program, not of the system below it. */
const OF_IMAGE: readonly (readonly [string, string])[] = [
  ['docker.io/rancher/mirrored-library-traefik', 'MIT'],
  ['docker.io/rancher/', 'Apache-2.0'],
  ['docker.io/library/traefik', 'MIT'],
  ['quay.io/jupyterhub/', 'BSD-3-Clause'],
  ['registry.k8s.io/', 'Apache-2.0'],
  ['nvcr.io/nvidia/k8s-device-plugin', 'Apache-2.0'],
]

/** The licence of the program in a file, as an SPDX identifier; undefined where it is not known. */
export function licenceOf({ kind }: Artifact): string | undefined {
  return OF_KIND[kind]
}

/** The licence of the program in an image; undefined where it is not known. */
export function imageLicence({ name }: HeldImage): string | undefined {
  return OF_IMAGE.find(([begin]) => name.startsWith(begin))?.[1]
}
