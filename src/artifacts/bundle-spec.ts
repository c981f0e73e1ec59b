import { z } from 'zod'
import { parseImageName } from './images/image-name.ts'

/** The file that says what a bundle must hold. */
export const BUNDLE_SPEC = 'bundle.yaml'

/** The device plugin that offers GPUs to pods, where bundle.yaml names no other. */
export const DEVICE_PLUGIN = 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0'

const image = z.string().refine((text) => parseImageName(text) !== undefined, 'must be the name of an image')

/** What mirrors lead from and to. */
const place = z
  .string()
  .regex(
    /^(https?:\/\/)?(?!\w*:\/\/)[^\s/]\S*$/,
    'must be an address such as store.lan/quay or http://store.lan:5000',
  )

const address = z.string().regex(/^https?:\/\/\S+$/, 'must be an http:// or https:// address')

/** A further apt source, such as Docker's or NVIDIA's. */
const aptSource = z.strictObject({
  uri: address.describe('where it is'),
  suite: z
    .string()
    .describe('the name of the release, or a path with a slash at its end for a flat repository'),
  components: z.array(z.string()).default([]).describe('such as `stable`; none for a flat repository'),
  key: z.string().describe('the key that signs it: a file beside bundle.yaml, or an address'),
  fingerprint: z.string().optional().describe('of the key, 40 hex digits; needed where `key` is an address'),
})

const apt = z.strictObject({
  release: z
    .string()
    .regex(/^(ubuntu|debian)-\d+(\.\d+)?$/, 'must be a release such as ubuntu-22.04 or debian-12')
    .describe('ID and VERSION_ID of os-release(5), such as `ubuntu-22.04`'),
  mirror: address
    .optional()
    .describe(
      "of the distribution; that of Debian's security archive has `-security` behind the same address",
    ),
  key: z
    .string()
    .optional()
    .describe("the key that signs the mirror, where it is not the distribution's own"),
  fingerprint: z.string().optional().describe('of that key; needed where `key` is an address'),
  packages: z.array(z.string()).default([]).describe("more packages than those of convecthub's own steps"),
  kernels: z
    .array(z.string())
    .default([])
    .describe('kernels of machines with a GPU, as `uname -r` prints them'),
  sources: z.array(aptSource).default([]).describe("more sources, such as Docker's or NVIDIA's"),
})

/** `bundle.yaml`: what a bundle must hold. `bundle pull` makes it so. The descriptions are those of docs/bundle.md. */
export const bundleSpecSchema = z.strictObject({
  description: z.string().default('ConvectHub bundle').describe('one line for people'),
  k3s: z
    .string()
    .regex(/^v\d+\.\d+\.\d+(-[\w.]+)?\+k3s\d+$/, 'must be a version such as v1.34.1+k3s1')
    .describe('version of K3s'),
  helm: z
    .string()
    .regex(/^v\d+\.\d+\.\d+$/, 'must be a version such as v3.19.0')
    .describe('version of Helm'),
  chart: z.strictObject({
    repo: address.default('https://hub.jupyter.org/helm-chart/').describe('chart repository'),
    name: z
      .string()
      .regex(/^[a-z\d][a-z\d.-]*$/, 'must be the name of a chart, such as jupyterhub')
      .default('jupyterhub')
      .describe('name of the chart there'),
    version: z
      .string()
      .regex(/^v?\d+\.\d+\.\d+([-+][\w.+-]+)?$/, 'must be a version such as 4.4.0')
      .describe('version of the chart'),
  }),
  architectures: z
    .array(z.enum(['amd64', 'arm64']))
    .min(1)
    .default(['amd64'])
    .describe('processors of the machines: `amd64`, `arm64`'),
  values: z
    .string()
    .optional()
    .describe(
      'your JupyterHub values, from the folder of bundle.yaml: the images that they name are fetched, too',
    ),
  images: z
    .array(image)
    .default([])
    .describe('more images than those that K3s, the chart and its values ask for'),
  gpu: z
    .strictObject({
      devicePlugin: image.default(DEVICE_PLUGIN).describe('image that offers GPUs to notebooks'),
    })
    .optional()
    .describe('for machines with NVIDIA GPUs'),
  registry: z
    .string()
    .regex(/^v\d+\.\d+\.\d+$/, 'must be a version such as v3.0.0')
    .optional()
    .describe("version of the CNCF's registry, for a machine in the group `[registry]`"),
  apt: z.array(apt).default([]).describe('packages, for each release of the machines'),
  mirrors: z
    .record(place, place)
    .default({})
    .describe('addresses that are asked instead of others, by their beginning: `quay.io: store.lan/quay`'),
})
export type BundleSpec = z.infer<typeof bundleSpecSchema>
export type AptSpec = BundleSpec['apt'][number]
