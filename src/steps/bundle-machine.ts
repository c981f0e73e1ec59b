import type { Machine, WantedPackage } from '../artifacts/proof/bundle-gaps.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { HostSettings } from '../cluster/variables.ts'
import { distributionOf } from '../distribution/distributions.ts'
import type { System } from '../facts/system.ts'

/** What decides which parts of a bundle fit a machine. */
export interface SeenSystem extends Pick<System, 'architecture' | 'cgroup'> {
  os: Pick<System['os'], 'id' | 'version'>
}

/** A host as its bundle must fit it. `seen` is what it is, where somebody has logged in to it. */
export function bundleMachine(
  { name, role, settings }: ClusterHost,
  seen: Partial<SeenSystem> = {},
): Machine {
  const { os, architecture } = seen
  return {
    name,
    role,
    architecture,
    release: os && `${os.id}-${os.version}`,
    packages: wantedPackages(settings, os?.id ?? ''),
  }
}

/** The packages that the settings of a host ask for, where it gets its packages from the bundle. */
function wantedPackages(settings: HostSettings, id: string): WantedPackage[] {
  if (settings.apt_repo !== 'bundle') return []
  const { docker, nvidiaToolkit } = distributionOf({ os: { id, like: [] } }).packages
  const gpu = settings.has_gpu && settings.install_nvidia_driver
  return [
    ...(settings.install_docker ? [{ names: docker, by: 'install_docker' }] : []),
    ...(gpu ? [{ names: [nvidiaToolkit], by: 'install_nvidia_driver' }] : []),
  ]
}
