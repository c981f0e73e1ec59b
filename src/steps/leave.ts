import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { Desired, PlanContext, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { type NodeState, node } from '../facts/node.ts'
import { owned } from '../facts/owned.ts'
import { unit } from '../facts/unit.ts'
import { K3S, NO_RESTART, NO_RESTART_FOLDER } from '../layout.ts'
import { sh } from '../sh.ts'
import { on, type StepRef } from '../step-ref.ts'
import { ownsK3s } from './artifacts.ts'
import { isRunning, unitName } from './k3s-unit.ts'
import { waitApi } from './k3s-waits.ts'

/** Marks a node that a reset drains (`begun`, then `true`), so that one that was given up can be undone. */
const DRAINED = 'convecthub/drained'

/** How long the pods of a node may take to end, s. */
const DRAIN_S = 120

const byWhoStays = ({ leaving }: Desired) => (leaving?.by ? [leaving.by] : [])
const nodesOf = (by: ClusterHost, { leaving }: Desired) =>
  [by, ...(leaving?.hosts ?? [])].map(({ nodeName }) => node(nodeName))

/** Pods of machines that are reset while others stay move to those first. */
export const drain: Step = {
  id: 'drain',
  title: 'Drain the machines',
  hosts: byWhoStays,
  facts: nodesOf,
  plan: (context) =>
    unseen(context, drainNode) ??
    known(context)
      .filter(({ state }) => state.ready && state.labels[DRAINED] !== 'true')
      .map(({ host }) => drainNode(host)),
}

/** A server that is taken out ends; were it started anew, it would join again at once. Until the next boot. */
export const noRestart: Step = {
  id: 'no-restart',
  title: 'Let K3s end for good',
  hosts: ({ leaving }) => (leaving?.by ? leaving.hosts.filter(({ role }) => role === 'driver') : []),
  needs: (_host, desired) => needsOf(drain, desired),
  facts: (host) => [owned, unit(unitName(host)), file(NO_RESTART)],
  plan: ({ host, facts }) => {
    const runs = isRunning(facts.get(unit(unitName(host))))
    if (!ownsK3s(facts.get(owned)) || !runs || facts.get(file(NO_RESTART))) return []
    return [
      {
        kind: 'run',
        sign: '~',
        title: `${unitName(host)}: do not start it again when it ends`,
        timeoutMs: 30_000,
        script: sh`mkdir -p ${NO_RESTART_FOLDER}
printf '[Service]\nRestart=no\n' >${NO_RESTART}
systemctl daemon-reload`,
      },
    ]
  },
}

/**
 * By a driver that stays, machines that are reset leave the cluster: their Node, its password and their membership of
 * etcd go. Without this none of them could come back under its name, and etcd would count votes that nobody casts (K3s
 * docs, "Node passwords"; K3s removes the member when the Node of a server goes).
 */
export const leave: Step = {
  id: 'leave',
  title: 'Take the machines out of the cluster',
  hosts: byWhoStays,
  after: (_host, desired) => noRestart.hosts(desired).map((host) => on(noRestart, host)),
  facts: nodesOf,
  plan: (context) => {
    // workers first; of servers those that cast no vote anyway, so that a majority stays while the others go
    const rank = ({ host, state }: Known) => (host.role === 'driver' ? 2 : 0) + (state.ready ? 1 : 0)
    const blind = unseen(context, remove)
    if (blind) return blind
    return known(context)
      .sort((a, b) => rank(a) - rank(b))
      .map(({ host }) => remove(host))
  },
}

/** Where the API does not answer, nobody can tell whether a node is gone: it is waited for, and all is done. */
function unseen(
  { facts, host, leaving }: PlanContext,
  act: (host: ClusterHost) => Change,
): Change[] | undefined {
  const hosts = leaving?.hosts ?? []
  if (hosts.length === 0 || facts.get(node(host.nodeName))) return undefined
  return [waitApi(host), ...hosts.map(act)]
}

interface Known {
  host: ClusterHost
  state: NodeState
}

/** Those that go and that the cluster knows. */
function known({ facts, leaving }: PlanContext): Known[] {
  return (leaving?.hosts ?? []).flatMap((host) => {
    const state = facts.get(node(host.nodeName))
    return state ? [{ host, state }] : []
  })
}

/** Nodes of a reset that was given up take pods again. */
export const uncordon: Step = {
  id: 'uncordon',
  title: 'Let drained nodes take pods again',
  hosts: ({ cluster }) => [cluster.lead],
  facts: (_host, { cluster }) => cluster.hosts.map(({ nodeName }) => node(nodeName)),
  plan: ({ facts, cluster }) =>
    cluster.hosts.flatMap(({ nodeName }): Change[] => {
      if (facts.get(node(nodeName))?.labels[DRAINED] === undefined) return []
      const script = sh`timeout 30 ${K3S} kubectl uncordon ${nodeName}
timeout 30 ${K3S} kubectl label node ${nodeName} ${`${DRAINED}-`}`
      return [{ kind: 'run', sign: '~', title: `uncordon node ${nodeName}`, timeoutMs: 90_000, script }]
    }),
}

/** What a step of a leaving machine needs. */
export function needsLeave(_host: ClusterHost, desired: Desired): StepRef[] {
  return needsOf(leave, desired)
}

function needsOf(step: Step, desired: Desired): StepRef[] {
  return byWhoStays(desired).map((host) => on(step, host))
}

function drainNode({ nodeName }: ClusterHost): Change {
  return {
    kind: 'run',
    sign: '!',
    title: `drain node ${nodeName}`,
    timeoutMs: (DRAIN_S + 150) * 1000,
    // the mark first, for a drain that is cut short has closed the node as well; etcd may elect a leader meanwhile
    script: sh`cvh_marked() {
  there=$(timeout 15 ${K3S} kubectl get node ${nodeName} --ignore-not-found -o name) || return
  [ -z "$there" ] || timeout 15 ${K3S} kubectl label node ${nodeName} ${`${DRAINED}=begun`} --overwrite
}
cvh_wait 60 cvh_marked || exit
# without a word, the node is not there
[ -n "$cvh_said" ] || exit 0
timeout ${DRAIN_S + 20} ${K3S} kubectl drain ${nodeName} --ignore-daemonsets --delete-emptydir-data --force --timeout=${DRAIN_S}s || exit
timeout 30 ${K3S} kubectl label node ${nodeName} ${`${DRAINED}=true`} --overwrite`,
  }
}

/**
 * Asked again until it is gone, for etcd may elect a new leader meanwhile. The Node of a server is held by K3s until its
 * member is out. After that K3s's own list of node names may hold it for ever: seen with K3s 1.21, where the server that
 * left was the one that kept the list. Then it is let go.
 */
function remove({ nodeName, role }: ClusterHost): Change {
  const kubectl = sh`${K3S} kubectl`
  return {
    kind: 'run',
    sign: '-',
    title: `node ${nodeName}, its password${role === 'driver' ? ' and its membership of etcd' : ''}`,
    timeoutMs: (REMOVE_S + 60) * 1000,
    script: sh`began=$(date +%s)
cvh_gone() {
  timeout 30 ${kubectl} delete node ${nodeName} --ignore-not-found --wait=false || return 1
  said=$(timeout 15 ${kubectl} get node ${nodeName} --ignore-not-found -o json) || return 1
  [ -n "$said" ] || return 0
  echo ${`node ${nodeName} is still there`}
  case $said in *managed-etcd-controller*) return 1 ;; esac
  if [ $(($(date +%s) - began)) -ge ${HELD_S} ]; then
    timeout 15 ${kubectl} patch node ${nodeName} --type merge -p '{"metadata":{"finalizers":null}}'
  fi
  return 1
}
cvh_wait ${REMOVE_S} cvh_gone || exit
timeout 15 ${kubectl} -n kube-system delete secret ${`${nodeName}.node-password.k3s`} --ignore-not-found`,
  }
}

/** How long the removal of a node may take, and be held by anything but etcd, s. */
const REMOVE_S = 240
const HELD_S = 75
