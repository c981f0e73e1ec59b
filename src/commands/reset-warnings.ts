import { STORAGE, volumesText } from '../facts/volumes.ts'
import { count } from '../ui/style.ts'
import type { Leaving } from './look-at-cluster.ts'

/** What a reset means beyond the machines themselves, as sentences. */
export function resetWarnings({ hosts, untold, servers, data }: Leaving, deleteData: boolean): string[] {
  const text = volumesText(data)
  const fate = deleteData
    ? `Users' data goes with it: ${text} in ${STORAGE}.`
    : `Users' data stays: ${text} in ${STORAGE}; --delete-data removes it. A new cluster does not take it up by itself.`
  const left = servers.all - servers.go
  const quorum = `${servers.go} of ${count(servers.all, 'server')} of the cluster go, and ${left} ${left === 1 ? 'stays' : 'stay'}: ${
    left < 3 ? 'the cluster stands still when one of those fails' : 'less may fail from then on'
  }.`
  const nodes = hosts.map(({ nodeName }) => nodeName).join(' ')
  const behind = `No driver that stays is well, so the cluster is not told: the nodes stay in it, with their passwords and etcd members. Later, on a driver that is well: k3s kubectl delete node ${nodes}`
  return [...(text ? [fate] : []), ...(servers.go > 0 ? [quorum] : []), ...(untold ? [behind] : [])]
}

/** Where most servers of a cluster go, or nobody can take them out of it, an answer beforehand is not enough. */
export function wantsTyping({ hosts, untold, servers }: Leaving): boolean {
  return servers.go * 2 > servers.all || (untold && hosts.some(({ role }) => role === 'driver'))
}
