import { K3S, K3S_CONFIG, KUBECONFIG, KUBELET_CONFIG } from '../layout.ts'
import { textOf } from '../printable.ts'
import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A Node of the cluster as Kubernetes sees it. */
export interface NodeState {
  /** False as well when its kubelet has not renewed its Lease recently. */
  ready: boolean
  /** Its deletion has begun, but something holds it up. */
  leaving: boolean
  labels: Readonly<Record<string, string>>
  version: string
  /** Container runtime, as `kubectl get nodes -o wide` shows it. */
  runtime: string
}

/** How old a Lease may be, s. Kubernetes itself keeps a Node Ready for up to 40 s after its kubelet died. */
const SILENCE = 60

// "since" is when K3s was started on this machine, by the same clock that its kubelet uses
const SCRIPT = `
if [ -x ${K3S} ]; then
  self=$(sed -n 's/^node-name: //p' ${K3S_CONFIG} | tr -d '"')
  for unit in k3s k3s-agent; do
    shown=$(TZ=UTC systemctl show -p MainPID -p ExecMainStartTimestamp "$unit")
    stamp=$(printf '%s\\n' "$shown" | sed -n 's/^ExecMainStartTimestamp=//p')
    case $shown in *MainPID=[1-9]*) printf 'since %s\\n' "$(date -u -d "$stamp" +%Y-%m-%dT%H:%M:%S)" ;; esac
  done
  printf 'now %s\\nself %s\\n' "$(date -u +%Y-%m-%dT%H:%M:%S)" "$self"
  if [ -f ${KUBECONFIG} ]; then
    timeout 15 ${K3S} kubectl -n kube-node-lease get nodes,leases -o json
  elif [ -f ${KUBELET_CONFIG} ]; then
    timeout 15 ${K3S} kubectl --kubeconfig ${KUBELET_CONFIG} -n kube-node-lease get "node/$self" "lease/$self" -o json
  fi
fi`

const family: FactFamily<NodeState | undefined> = {
  id: 'node',
  script: () => rawSh(SCRIPT),
  parse: (output, keys) => {
    const nodes = parseNodes(output)
    return new Map(keys.map((key) => [key, nodes.get(key)]))
  },
}

/**
 * A Node by name; undefined when there is none or the API does not answer. A server may ask for any Node, an agent only
 * for its own.
 */
export function node(name: string): Fact<NodeState | undefined> {
  return { family, key: name }
}

interface Condition {
  type: string
  status: string
}

interface KubernetesObject {
  kind?: string
  metadata: { name: string; labels?: Record<string, string>; deletionTimestamp?: string }
  spec?: { renewTime?: string }
  status?: {
    conditions?: Condition[]
    nodeInfo?: { kubeletVersion?: string; containerRuntimeVersion?: string }
  }
}

function parseNodes(output: string): Map<string, NodeState> {
  const start = output.indexOf('{')
  if (start < 0) return new Map()
  const parsed = JSON.parse(output.slice(start)) as KubernetesObject & { items?: KubernetesObject[] }
  const items = parsed.items ?? [parsed]
  const isAlive = readLeases(output.slice(0, start), items)
  return new Map(
    items
      .filter(({ kind }) => kind === 'Node')
      .map(({ metadata, status }) => [
        metadata.name,
        {
          ready: isReady(status?.conditions ?? []) && !metadata.deletionTimestamp && isAlive(metadata.name),
          leaving: metadata.deletionTimestamp !== undefined,
          labels: Object.fromEntries(
            Object.entries(metadata.labels ?? {}).map(([key, value]) => [textOf(key), textOf(value)]),
          ),
          version: textOf(status?.nodeInfo?.kubeletVersion),
          runtime: textOf(status?.nodeInfo?.containerRuntimeVersion),
        },
      ]),
  )
}

/**
 * Returns a check whether a Node's kubelet is alive, by its Lease (Kubernetes docs, "Heartbeats"). The Lease must be
 * recent; for the probed machine also newer than the start of K3s, or Ready may be left over from the process before.
 */
function readLeases(head: string, items: readonly KubernetesObject[]): (name: string) => boolean {
  const value = (word: string) =>
    head
      .split('\n')
      .find((line) => line.startsWith(`${word} `))
      ?.slice(word.length + 1)
  const time = (word: string) => Date.parse(`${value(word)}Z`)
  const oldest = time('now') - SILENCE * 1000
  const self = value('self')
  const leases = new Map(
    items.flatMap(({ kind, metadata, spec }) =>
      kind === 'Lease' ? [[metadata.name, spec?.renewTime ?? '']] : [],
    ),
  )
  return (name) => {
    const renewed = Date.parse(leases.get(name) ?? '')
    // "since" is in whole seconds, hence + 1 s; if it is missing, the comparison with NaN is false
    return renewed >= oldest && (name !== self || renewed >= time('since') + 1000)
  }
}

/** Ready and, where the Node reports it, an etcd voter: no server can join while another is still a learner. */
function isReady(conditions: readonly Condition[]): boolean {
  const status = (type: string) => conditions.find((condition) => condition.type === type)?.status
  return status('Ready') === 'True' && status('EtcdIsVoter') !== 'False'
}
