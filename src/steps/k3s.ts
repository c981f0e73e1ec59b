import type { ClusterHost } from '../cluster/cluster.ts'
import { firstDriver } from '../cluster/cluster.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step, StepRef, Wishes } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { KUBELET_CONFIG, node } from '../facts/node.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { INPUTS, unit } from '../facts/unit.ts'
import { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { bundledK3s, K3S } from './artifacts.ts'
import { digest } from './digest.ts'
import { K3S_PATHS, k3sFiles } from './k3s-config.ts'
import { unitName } from './k3s-unit.ts'
import { type ManagedFile, managedFile } from './managed-file.ts'

/** From an earlier version. */
export const REGISTRIES = '/etc/rancher/k3s/registries.yaml'

/** How long K3s may take from its start to a Ready node, ms. */
const READY_MS = 180_000

/** Servers: the first founds the cluster, the others join one by one, since etcd takes one learner at a time. */
export const k3sServer: Step = {
  id: 'k3s-server',
  title: 'Start the K3s servers',
  hosts: ({ cluster }) => cluster.drivers,
  // one that is changed while the one before it is not well could cost the cluster its quorum
  needs: (host, wishes) => {
    const { drivers } = wishes.cluster
    const before = drivers[drivers.indexOf(host) - 1]
    return [...needsFounder(host, wishes), ...(before ? [{ step: 'k3s-node', host: before.name }] : [])]
  },
  facts: k3sFacts,
  plan: planK3s,
}

/** Agents: all at once, as soon as the first server's API answers. */
export const k3sAgent: Step = {
  id: 'k3s-agent',
  title: 'Start the K3s agents',
  hosts: ({ cluster }) => cluster.workers,
  needs: needsFounder,
  facts: k3sFacts,
  plan: planK3s,
}

/** Every machine's Node is Ready; a server's turn is over only then. */
export const k3sNode: Step = {
  id: 'k3s-node',
  title: 'Wait for the nodes',
  hosts: ({ cluster }) => cluster.hosts,
  facts: (host) => [node(host.nodeName)],
  plan: ({ host, facts }) => (facts.get(node(host.nodeName))?.ready ? [] : [waitReady(host)]),
}

/** The founder's API, and what it tells of the cluster's authority. */
function needsFounder(host: ClusterHost, { cluster }: Wishes): StepRef[] {
  const founder = firstDriver(cluster)
  return founder === host ? [] : [{ step: 'k3s-server', host: founder.name }]
}

function k3sFacts(host: ClusterHost): Fact<unknown>[] {
  const name = unitName(host)
  const paths = [...K3S_PATHS, `/etc/systemd/system/${name}`, envPath(host)]
  return [
    system,
    addresses,
    owned,
    unit(name),
    ...(host.role === 'driver' ? [clusterData] : []),
    ...paths.map(file),
  ]
}

/**
 * Files, then a start or restart when the running process was started from other inputs than wanted. It carries
 * their digest in its environment, so a run that was cut between a file and the restart is seen by the next one.
 */
function planK3s(context: PlanContext): Change[] {
  const { host, facts } = context
  const binary = bundledK3s(context)
  const files = k3sFiles(context, binary?.version ?? '')
  const inputs = digest(
    [binary?.sha256, ...files.map(({ path, content }) => `${path}\n${reveal(content)}`)].join('\n'),
  )
  const env: ManagedFile = { path: envPath(host), mode: '600', content: `${INPUTS}=${inputs}\n` }
  const fileChanges = [
    ...oldRegistries(facts),
    ...[...files, env].flatMap((wanted) => managedFile(wanted, facts)),
  ]
  const name = unitName(host)
  const { active, enabled, inputs: runs } = facts.get(unit(name))
  const up = (active === 'active' || active === 'activating') && enabled && runs === inputs
  if (fileChanges.length === 0 && up) return []
  return [
    ...fileChanges,
    startUnit(name, env.path, active === 'active'),
    ...(host.role === 'driver' ? [waitApi(name)] : []),
  ]
}

/** Earlier versions had nodes ask the open registry first; K3s reads the file when it starts. */
function oldRegistries(facts: Facts): Change[] {
  if (!facts.get(owned).files.includes(REGISTRIES)) return []
  const title = `${REGISTRIES}, which has images taken from the open registry of an earlier version`
  return [
    {
      kind: 'run',
      sign: '-',
      title,
      timeoutMs: 10_000,
      script: sh`rm -f -- ${REGISTRIES}
cvh_forget file ${REGISTRIES}`,
    },
  ]
}

/**
 * Starts without waiting for K3s, as `systemctl start` would for ever for one that never gets ready; only until its
 * process is there, by the inputs in its environment.
 */
function startUnit(name: string, env: string, active: boolean): Change {
  return {
    kind: 'run',
    sign: active ? '~' : '!',
    title: `${active ? 'restart' : 'start'} ${name}`,
    timeoutMs: 90_000,
    script: sh`systemctl daemon-reload
systemctl enable ${name}
systemctl reset-failed ${name} 2>/dev/null || :
systemctl restart --no-block ${name}
k3s_runs() {
  pid=$(cvh_unit_pid ${name})
  [ "\${pid:-0}" != 0 ] && tr '\\0' '\\n' <"/proc/$pid/environ" | grep -qxF -f ${env}
}
cvh_wait 60 k3s_runs || { ${journal(name)}
exit 75; }`,
  }
}

/** Agents need no more than this to join. */
function waitApi(name: string): Change {
  return {
    kind: 'wait',
    sign: '!',
    title: 'wait until the Kubernetes API answers',
    timeoutMs: READY_MS,
    until: sh`${giveUp(name)}
timeout 15 ${K3S} kubectl get --raw /readyz`,
    evidence: journal(name),
  }
}

/**
 * The unit says that it is up before the kubelet is (a joining server some 20 s before), so the Node is asked. A
 * server counts once it is an etcd voter, which newer K3s tells by a condition; the next one may then join.
 */
function waitReady(host: ClusterHost): Change {
  const name = unitName(host)
  const kubectl =
    host.role === 'driver' ? sh`${K3S} kubectl` : sh`${K3S} kubectl --kubeconfig ${KUBELET_CONFIG}`
  return {
    kind: 'wait',
    sign: '!',
    title: `wait until node ${host.nodeName} is Ready`,
    timeoutMs: READY_MS,
    until: sh`${giveUp(name)}
conditions=$(timeout 15 ${kubectl} get node ${host.nodeName} -o json | tr -d ' \n' | grep -o '{[^{}]*"type":"[A-Za-z]*"[^{}]*}')
printf '%s\n' "$conditions" | grep '"type":"Ready"' | grep '"status":"True"' || exit 1
! printf '%s\n' "$conditions" | grep '"type":"EtcdIsVoter"' | grep '"status":"False"'`,
    evidence: journal(name),
  }
}

/** Ends a wait for a unit that systemd had to start anew several times: it will not come up by waiting. */
function giveUp(name: string) {
  return sh`case $(systemctl show -p NRestarts ${name}) in NRestarts=[3-9]|NRestarts=[1-9]?*) exit 70 ;; esac`
}

/** The lines that name a cause first, then the last ones; of modprobe K3s's units do not mind a refusal. */
function journal(name: string) {
  return sh`journalctl -q --no-pager -o cat -n 500 -u ${name} | grep -E '^(panic|fatal error):|level=(fatal|error)' | tail -n 6
journalctl -q --no-pager -o cat -n 30 -u ${name} | grep -v '^modprobe: ' | tail -n 8`
}

function envPath(host: ClusterHost): string {
  return `/etc/systemd/system/${unitName(host)}.env`
}

function reveal(content: string | Secret): string {
  return content instanceof Secret ? content.reveal() : content
}
