import { volumesText } from '../facts/volumes.ts'
import { STORAGE } from '../layout.ts'
import { count } from '../ui/style.ts'
import type { Leaving } from './look-at-cluster.ts'

/** What a reset means for users' data and for the cluster, as sentences. */
export function resetWarnings(
  { hosts, untold, orphans, servers, data }: Leaving,
  deleteData: boolean,
): string[] {
  const text = volumesText(data)
  const fate = deleteData
    ? `Users' data goes with it: ${text} in ${STORAGE}.`
    : `Users' data stays: ${text} in ${STORAGE}; --delete-data removes it. A new cluster does not take it up by itself.`
  const left = servers.all - servers.go
  const says =
    servers.healthy * 2 <= left
      ? `of those only ${servers.healthy} ${servers.healthy === 1 ? 'is' : 'are'} well, too few to go on: mend them first, or let them go as well`
      : left < 3
        ? 'the cluster stands still when one of those fails'
        : 'fewer may fail from then on'
  const quorum = `${servers.go} of ${count(servers.all, 'server')} of the cluster go, and ${left} ${left === 1 ? 'stays' : 'stay'}: ${says}.`
  const nodes = hosts.map(({ nodeName }) => nodeName).join(' ')
  const behind = `No driver that stays is well, so the cluster is not told: the nodes stay in it, with their passwords and etcd members. Later, on a driver that is healthy: k3s kubectl delete node ${nodes}`
  const end = `All servers of the cluster go, and with them the cluster: ${orphans.map(({ name }) => name).join(', ')} ${orphans.length === 1 ? 'stays' : 'stay'} without one.`
  return [
    ...(orphans.length > 0 ? [end] : []),
    ...(text ? [fate] : []),
    ...(servers.go > 0 ? [quorum] : []),
    ...(untold ? [behind] : []),
  ]
}

/**
 * Whether `--yes` is not enough: the cluster ends, may lose its quorum, or keeps a server that nobody can remove from
 * it.
 */
export function wantsTyping({ hosts, untold, orphans, servers }: Leaving): boolean {
  const quorum =
    servers.go > 0 && (servers.go * 2 > servers.all || servers.healthy * 2 <= servers.all - servers.go)
  return quorum || orphans.length > 0 || (untold && hosts.some(({ role }) => role === 'driver'))
}
