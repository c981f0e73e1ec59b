import type { ClusterHost } from '../cluster/cluster.ts'
import type { UnitState } from '../facts/unit.ts'

/** The systemd unit that runs K3s on this host; named as by K3s's own installer. */
export function unitName(host: ClusterHost): 'k3s.service' | 'k3s-agent.service' {
  return host.role === 'driver' ? 'k3s.service' : 'k3s-agent.service'
}

/** Whether the unit runs or is starting, which includes a restart loop. */
export function isRunning({ active }: UnitState): boolean {
  return active === 'active' || active === 'activating'
}
