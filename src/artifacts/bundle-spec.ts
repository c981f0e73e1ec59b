import { z } from 'zod'
import { parseImageName } from './images/image-name.ts'

/** The file that says what a bundle must hold. */
export const BUNDLE_SPEC = 'bundle.yaml'

/** The device plugin that offers GPUs to pods, where bundle.yaml names no other. */
export const DEVICE_PLUGIN = 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0'

const image = z.string().refine((text) => parseImageName(text) !== undefined, 'must be the name of an image')

const address = z.string().regex(/^https?:\/\/\S+$/, 'must be an http:// or https:// address')

/** A further apt source, such as Docker's or NVIDIA's. */
const aptSource = z.strictObject({
  uri: address,
  /** The name of the release, or a path that ends in a slash for a flat repository. */
  suite: z.string(),
  components: z.array(z.string()).default([]),
  /** The key that signs it: a file beside bundle.yaml, or an address. */
  key: z.string(),
  /** The key's fingerprint, which must match when `key` is an address: 40 hex digits. */
  fingerprint: z.string().optional(),
})

const apt = z.strictObject({
  /** ID and VERSION_ID of os-release(5): `ubuntu-22.04`, `debian-12`. */
  release: z
    .string()
    .regex(/^(ubuntu|debian)-\d+(\.\d+)?$/, 'must be a release such as ubuntu-22.04 or debian-12'),
  /** Mirror of the distribution. That of Debian's security archive has the same address with `-security` behind it. */
  mirror: address.optional(),
  /** The key that signs the mirror, where it is not the distribution's own; as for a further source. */
  key: z.string().optional(),
  fingerprint: z.string().optional(),
  /** Packages besides those of convecthub's own steps. */
  packages: z.array(z.string()).default([]),
  /** Kernels whose headers the NVIDIA driver is built with, as `uname -r` prints them. */
  kernels: z.array(z.string()).default([]),
  sources: z.array(aptSource).default([]),
})

/** `bundle.yaml`: what a bundle must hold. `bundle pull` makes it so. */
export const bundleSpecSchema = z.strictObject({
  description: z.string().default('ConvectHub bundle'),
  k3s: z.string().regex(/^v\d+\.\d+\.\d+(-[\w.]+)?\+k3s\d+$/, 'must be a version such as v1.34.1+k3s1'),
  helm: z.string().regex(/^v\d+\.\d+\.\d+$/, 'must be a version such as v3.19.0'),
  chart: z.strictObject({
    repo: address.default('https://hub.jupyter.org/helm-chart/'),
    name: z
      .string()
      .regex(/^[a-z\d][a-z\d.-]*$/, 'must be the name of a chart, such as jupyterhub')
      .default('jupyterhub'),
    version: z.string().regex(/^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$/, 'must be a version such as 4.4.0'),
  }),
  architectures: z
    .array(z.enum(['amd64', 'arm64']))
    .min(1)
    .default(['amd64']),
  /** The site's values for the chart, beside bundle.yaml: the images that they name are fetched, too. */
  values: z.string().optional(),
  /** Images besides those that K3s, the chart and its values ask for. */
  images: z.array(image).default([]),
  /** For machines with NVIDIA GPUs. */
  gpu: z.strictObject({ devicePlugin: image.default(DEVICE_PLUGIN) }).optional(),
  /** Version of the registry program of the CNCF, for a machine in the group [registry]. */
  registry: z
    .string()
    .regex(/^v\d+\.\d+\.\d+$/, 'must be a version such as v3.0.0')
    .optional(),
  apt: z.array(apt).default([]),
  /** Addresses that are asked instead of others, by their beginning: `quay.io` → `store.lan/quay`. */
  mirrors: z.record(z.string(), z.string()).default({}),
})
export type BundleSpec = z.infer<typeof bundleSpecSchema>
export type AptSpec = BundleSpec['apt'][number]
