import { bundleSpecSchema, DEVICE_PLUGIN } from '../bundle-spec.ts'

/** The newest versions that fit each other: Helm 4.2 is for Kubernetes 1.33 to 1.36, chart 4.4 for 1.28 and later. */
export const NEWEST = { k3s: 'v1.36.4+k3s1', helm: 'v4.2.4', chart: '4.4.0', registry: 'v3.0.0' } as const

/** What `bundle init` can be told; versions that are left out are the newest. */
export interface SpecWishes {
  k3s?: string
  helm?: string
  chart?: string
  registry?: string
  gpu?: boolean
  /** Path of the site's values, from the folder of bundle.yaml. */
  values?: string
}

/** The text of a new bundle.yaml. What is not wished for is there as an example, in a comment. */
export function bundleSpecText({ k3s, helm, chart, registry, gpu, values }: SpecWishes): string {
  const active = (wished: boolean, text: string) => (wished ? text : text.replace(/^(?=.)/gm, '# '))
  return `# What the bundle holds. \`convecthub bundle pull\` fetches it, and writes bundle.lock.yaml.
# \`convecthub help bundle\` explains every field.
k3s: ${k3s ?? NEWEST.k3s}
helm: ${helm ?? NEWEST.helm}
chart:
  repo: ${bundleSpecSchema.shape.chart.shape.repo.parse(undefined)}
  name: ${bundleSpecSchema.shape.chart.shape.name.parse(undefined)}
  version: ${chart ?? NEWEST.chart}

# The processors of your machines: amd64, arm64, or both.
architectures: [amd64]

# Your JupyterHub values. The images that they name are fetched, too.
${active(values !== undefined, `values: ${JSON.stringify(values ?? '../../jupyterhub.yaml')}`)}

# More images, such as those that users may type in a form.
# images: ["quay.io/jupyter/scipy-notebook:2026-06-01"]

# For machines with NVIDIA GPUs.
${active(gpu === true, `gpu:\n  devicePlugin: ${DEVICE_PLUGIN}`)}

# For a machine in the group [registry].
${active(registry !== undefined, `registry: ${registry ?? NEWEST.registry}`)}

# Packages, for machines that have no mirror of their distribution: see \`convecthub help air-gap\`.
# apt:
#   - release: ubuntu-24.04

# Where to fetch from instead of the internet, such as a registry of your own.
# mirrors:
#   quay.io: store.example.com/quay
`
}
