import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { Step, StepRef, Wishes } from '../engine/step.ts'
import { type NodeState, node } from '../facts/node.ts'
import { sh } from '../sh.ts'
import { K3S } from './artifacts.ts'

/** How long the pods of a node may take to end, s. */
const DRAIN_S = 120

/**
 * Machines that are reset while others stay leave the cluster first, by a driver that stays: their pods move, their Node,
 * its password and their membership of etcd go. Without this none of them could come back under its name, and etcd would
 * count votes that nobody casts (K3s docs, "Node passwords"; K3s removes the member when the Node of a server goes).
 */
export const leave: Step = {
  id: 'leave',
  title: 'Take the machines out of the cluster',
  hosts: ({ leaving }) => (leaving?.by ? [leaving.by] : []),
  facts: (_host, { leaving }) => (leaving?.hosts ?? []).map(({ nodeName }) => node(nodeName)),
  plan: ({ facts, leaving }) => {
    const known = (leaving?.hosts ?? []).flatMap((host) => {
      const state = facts.get(node(host.nodeName))
      return state ? [{ host, state }] : []
    })
    // workers first; of servers those that cast no vote anyway, so that a majority stays while the others go
    const rank = ({ host, state }: { host: ClusterHost; state: NodeState }) =>
      (host.role === 'driver' ? 2 : 0) + (state.ready ? 1 : 0)
    return known
      .sort((a, b) => rank(a) - rank(b))
      .flatMap(({ host, state }) => [...(state.ready ? [drain(host)] : []), remove(host)])
  },
}

/** What a step of a leaving machine needs. */
export function needsLeave(_host: ClusterHost, { leaving }: Wishes): StepRef[] {
  return leaving?.by ? [{ step: leave.id, host: leaving.by.name }] : []
}

function drain({ nodeName }: ClusterHost): Change {
  return {
    kind: 'run',
    sign: '!',
    title: `drain node ${nodeName}`,
    timeoutMs: (DRAIN_S + 30) * 1000,
    script: sh`timeout ${DRAIN_S + 20} ${K3S} kubectl drain ${nodeName} --ignore-daemonsets --delete-emptydir-data --force --timeout=${DRAIN_S}s`,
  }
}

/** The Node of a server is gone only when its member is: K3s holds it until then. */
function remove({ nodeName, role }: ClusterHost): Change {
  return {
    kind: 'run',
    sign: '-',
    title: `node ${nodeName}, its password${role === 'driver' ? ' and its membership of etcd' : ''}`,
    timeoutMs: 120_000,
    script: sh`timeout 60 ${K3S} kubectl delete node ${nodeName} --ignore-not-found
timeout 15 ${K3S} kubectl -n kube-system delete secret ${`${nodeName}.node-password.k3s`} --ignore-not-found
left=$(timeout 15 ${K3S} kubectl get node ${nodeName} --ignore-not-found -o name) || exit
[ -z "$left" ] || { echo "$left is still there" && exit 1; }`,
  }
}
