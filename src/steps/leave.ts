import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { Desired, PlanContext, Step } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { node } from '../facts/node.ts'
import { owned } from '../facts/owned.ts'
import { unit } from '../facts/unit.ts'
import { K3S, NO_RESTART, NO_RESTART_FOLDER } from '../layout.ts'
import { sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { ownsK3s } from './artifacts.ts'
import { isRunning, unitName } from './k3s-unit.ts'
import { waitApi } from './k3s-waits.ts'

/** The label of a node that a reset drains (`begun`, then `true`); uncordon uses it when the reset was given up. */
export const DRAINED = 'convecthub/drained'

/** How long the pods of a drained node may take to end, s. */
const DRAIN_S = 120

const stayingDriver = ({ leaving }: Desired) => (leaving?.by ? [leaving.by] : [])
const nodesOf = (by: ClusterHost, { leaving }: Desired) =>
  [by, ...(leaving?.hosts ?? [])].map(({ nodeName }) => node(nodeName))

/** When only some machines are reset, moves their pods to the ones that stay. */
export const drain: Step = {
  id: 'drain',
  title: 'Drain the machines',
  hosts: stayingDriver,
  facts: nodesOf,
  plan: (context) => {
    const pending = leavingHosts(context).filter(({ up, drained }) => up && !drained)
    return onceReached(
      context,
      pending.map(({ host }) => drainNode(host)),
    )
  },
}

/** Keeps systemd from restarting the K3s of a removed server, which would join again at once. Lasts until reboot. */
export const noRestart: Step = {
  id: 'no-restart',
  title: 'Let K3s end for good',
  hosts: ({ leaving }) => (leaving?.by ? leaving.hosts.filter(({ role }) => role === 'driver') : []),
  needs: (_host, desired) => drain.hosts(desired).map((driver) => on(drain, driver)),
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
 * Removes machines from the cluster, on a driver that stays: their Nodes, node passwords and etcd members. Otherwise
 * none could join again under its name, and etcd would count members that no longer vote (K3s docs, "Node passwords";
 * K3s removes the etcd member when the Node of a server is deleted).
 */
export const leave: Step = {
  id: 'leave',
  title: 'Take the machines out of the cluster',
  hosts: stayingDriver,
  after: (_host, desired) => noRestart.hosts(desired).map((host) => on(noRestart, host)),
  facts: nodesOf,
  plan: (context) => {
    // workers first, then servers that are down: they do not vote, so the majority is kept for as long as possible
    const rank = ({ host, up }: LeavingHost) => (host.role === 'driver' ? 2 : 0) + (up ? 1 : 0)
    const sorted = leavingHosts(context).sort((a, b) => rank(a) - rank(b))
    return onceReached(
      context,
      sorted.map(({ host }) => remove(host)),
    )
  },
}

/** Waits for the API before the changes when it does not answer. */
function onceReached({ facts, host }: PlanContext, changes: Change[]): Change[] {
  return changes.length === 0 || facts.get(node(host.nodeName)) ? changes : [waitApi(host), ...changes]
}

interface LeavingHost {
  host: ClusterHost
  up: boolean
  drained: boolean
}

/**
 * The leaving machines that the cluster has a Node for; all of them while the API does not answer. Without a Node,
 * a machine is up when it says itself that K3s runs: one that did not answer is down.
 */
function leavingHosts({ facts, host: by, leaving, peer }: PlanContext): LeavingHost[] {
  return (leaving?.hosts ?? []).flatMap((host) => {
    const state = facts.get(node(host.nodeName))
    if (!state && facts.get(node(by.nodeName))) return []
    const own = peer(host.name)?.get(unit(unitName(host)))
    const up = state?.ready ?? (own !== undefined && isRunning(own))
    return [{ host, up, drained: state?.labels[DRAINED] === 'true' }]
  })
}

/** Lets nodes take pods again after a reset that was given up. */
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

function drainNode({ nodeName }: ClusterHost): Change {
  return {
    kind: 'run',
    sign: '!',
    title: `drain node ${nodeName}`,
    timeoutMs: (DRAIN_S + 150) * 1000,
    // label first, as an interrupted drain has cordoned the node too; retried, as etcd may be electing a leader
    script: sh`cvh_marked() {
  there=$(timeout 15 ${K3S} kubectl get node ${nodeName} --ignore-not-found -o name) || return
  [ -z "$there" ] || timeout 15 ${K3S} kubectl label node ${nodeName} ${`${DRAINED}=begun`} --overwrite
}
cvh_wait 60 cvh_marked || exit
# no answer: the node is not there
[ -n "$cvh_said" ] || exit 0
timeout ${DRAIN_S + 20} ${K3S} kubectl drain ${nodeName} --ignore-daemonsets --delete-emptydir-data --force --timeout=${DRAIN_S}s || exit
timeout 30 ${K3S} kubectl label node ${nodeName} ${`${DRAINED}=true`} --overwrite`,
  }
}

/**
 * Deletes the Node and retries until it is gone, since etcd may elect a new leader meanwhile. K3s's finalizers keep the
 * Node of a server until its etcd member is removed. Another finalizer, for K3s's list of node names, may then stay for
 * ever: seen with K3s 1.21, when the server that left was the one that kept the list. After HELD_S it is removed.
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

/** How long the removal of a node may take, s; and when finalizers other than etcd's are removed. */
const REMOVE_S = 240
const HELD_S = 75
