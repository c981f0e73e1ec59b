import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import { distributionOf } from '../distribution/distributions.ts'
import type { PlanContext } from '../engine/step.ts'
import { system } from '../facts/system.ts'

/** Whether a host gets packages from the bundle, and from nowhere else. */
export const usesBundle = ({ settings }: ClusterHost) => settings.apt_repo === 'bundle'

/** The bundle's packages for this host's release and architecture. */
export function bundledPackages({ bundle, facts }: PlanContext): Artifact | undefined {
  const { architecture } = facts.get(system)
  return bundle?.files.find(
    (artifact) =>
      artifact.kind === 'packages' &&
      artifact.release === releaseName(facts.get(system)) &&
      artifact.architecture === architecture,
  )
}

/** A release as bundle.yaml names it. */
export const releaseName = ({ os }: { os: { id: string; version: string } }) => `${os.id}-${os.version}`

/** The packages of the NVIDIA driver that the bundle has for this host's kernel. */
export function bundledDriver(context: PlanContext): readonly string[] {
  const { os, kernel } = context.facts.get(system)
  const held = bundledPackages(context)?.packages?.map(({ name }) => name) ?? []
  return distributionOf({ os }).bundled.driver(held, { id: os.id, kernel })
}
