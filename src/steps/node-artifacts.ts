import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { Desired } from '../engine/step.ts'
import type { Facts } from '../facts/fact.ts'
import type { FileState } from '../facts/file.ts'
import { system } from '../facts/system.ts'

/** The bundle's files for this host's role and hardware. Their architecture is not looked at: that is a fact. */
export function nodeArtifacts({ role, settings }: ClusterHost, { bundle }: Desired): readonly Artifact[] {
  return (bundle?.files ?? []).filter(({ roles, gpu }) => roles.includes(role) && (!gpu || settings.has_gpu))
}

/** Whether a file is for this host's architecture. */
export function fitsHost({ architecture }: Artifact, facts: Facts): boolean {
  return architecture === 'all' || architecture === facts.get(system).architecture
}

/** Whether what is at a path is this file, with this mode, and belongs to root. */
export function isSent(state: FileState | undefined, { sha256 }: Artifact, mode: string): boolean {
  return state?.digest === sha256 && state.mode === mode && state.owner === '0:0'
}
