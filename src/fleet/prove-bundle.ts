import { join } from 'node:path'
import { chartIn } from '../artifacts/images/chart-in.ts'
import type { Bundle } from '../artifacts/load-bundle.ts'
import { K3S_ASKS } from '../artifacts/proof/askers.ts'
import { bundleGaps } from '../artifacts/proof/bundle-gaps.ts'
import { bundleImages } from '../artifacts/proof/bundle-images.ts'
import { devicePlugin } from '../artifacts/proof/device-plugin.ts'
import type { AskedImage } from '../artifacts/proof/missing-images.ts'
import { pulledImages } from '../artifacts/proof/pulled-images.ts'
import { askedBy, requiredImages, valuesDigest } from '../artifacts/proof/required-images.ts'
import { unlistedFiles } from '../artifacts/proof/unlisted-files.ts'
import { bundleMachine, type SeenSystem } from '../steps/bundle-machine.ts'
import { chartValues } from '../steps/hub-defaults.ts'
import { systemGaps, versionGaps } from '../steps/version-matrix.ts'
import { type BundleProof, extra, lockOrigin, problem, refusal, sorted, unknown } from './proof-problems.ts'
import type { FleetInput } from './read-fleet.ts'

/** What a bundle is proven for. */
export type ProvenFor = Pick<FleetInput, 'cluster'> & {
  /** The site's values for the JupyterHub chart, and the file that they come from; empty when there are none. */
  jhub: { text: string; file: string }
  /** What an earlier login has told about a machine. */
  seen(host: string): Partial<SeenSystem> | undefined
}

/**
 * Proves a bundle for an inventory, without contacting a machine: versions that fit each other, and every program, image
 * and package that will be asked for. Errors: BUNDLE_INCOMPLETE, BUNDLE_MISFIT, CHART_REFUSED, IMAGE_PULLED, cgroup.
 */
export async function proveBundle({ folder, lock }: Bundle, site: ProvenFor): Promise<BundleProof> {
  const { cluster, jhub, seen } = site
  const images = bundleImages(folder, lock)
  const gpu = cluster.hosts.some(({ settings }) => settings.has_gpu)
  const { refused, unable, ...asked } = await requiredImages({
    ...images,
    values: chartValues(jhub.text),
    devicePlugin: gpu ? devicePlugin(lock) : undefined,
  })
  const nodes = cluster.hosts.map((host) => bundleMachine(host, seen(host.name)))
  const { registry } = cluster
  const server = registry
    ? [{ ...bundleMachine(registry, seen(registry.name)), role: 'registry', packages: [] } as const]
    : []
  const misfits = versionGaps(lock, await chartIn(images.chart.path))
  const origin = lockOrigin(folder)
  const values = {
    file: jhub.file || join(folder, lock.files.find(({ kind }) => kind === 'chart')?.name ?? ''),
  }
  const gaps = bundleGaps(lock, [...nodes, ...server], asked.images)
  return {
    ...sorted([
      ...misfits.map((gap) => problem('BUNDLE_MISFIT', gap, origin)),
      ...cluster.hosts.flatMap((host) =>
        systemGaps(lock, host, seen(host.name)).map((gap) =>
          problem(gap.id, gap, host.origin, Number.POSITIVE_INFINITY),
        ),
      ),
      ...gaps.map((gap) => problem('BUNDLE_INCOMPLETE', gap, origin, nodes.length)),
      // a registry on site answers what a machine asks at each start
      ...(registry ? [] : pulledImages(lock, asked.images)).map((gap) =>
        problem('IMAGE_PULLED', gap, values),
      ),
      // Helm refuses other versions of K3s as well, in its own words
      ...(refused === undefined || misfits.some(({ level }) => level === 'error')
        ? []
        : [refusal(refused, values)]),
      ...(unable === undefined ? [] : [unknown(unable, origin)]),
      ...extra(folder, unlistedFiles(folder, lock), origin),
    ]),
    required: asked.images,
  }
}

/**
 * Proves what can be proven of a bundle without an inventory: its versions, and the images that its own lists name. What
 * the chart asks for without any values of a site is only warned of, since they may name other images.
 */
export async function proveAlone({ folder, lock }: Pick<Bundle, 'folder' | 'lock'>): Promise<BundleProof> {
  const { chart, systemImages, renderings = [] } = bundleImages(folder, lock)
  const bare = valuesDigest(chartValues(''))
  const required: AskedImage[] = [
    ...askedBy(systemImages, K3S_ASKS),
    ...renderings.flatMap(({ values, images }) =>
      images.map((image) => (values === bare ? { ...image, usual: true } : image)),
    ),
  ]
  const architectures = new Set(lock.files.flatMap((file) => (file.kind === 'k3s' ? file.architecture : [])))
  const nodes = [...architectures].map(
    (architecture) => ({ name: architecture, role: 'worker', architecture, packages: [] }) as const,
  )
  const origin = lockOrigin(folder)
  return {
    ...sorted([
      ...versionGaps(lock, await chartIn(chart.path)).map((gap) => problem('BUNDLE_MISFIT', gap, origin)),
      ...bundleGaps(lock, nodes, required).map((gap) => problem('BUNDLE_INCOMPLETE', gap, origin)),
      ...extra(folder, unlistedFiles(folder, lock), origin),
    ]),
    required: required.map(({ usual: _, ...image }) => image),
  }
}
