import { K3S, K3S_CONFIG, KUBECONFIG, KUBELET_CONFIG } from '../layout.ts'
import { textOf } from '../printable.ts'
import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A Node of the cluster as Kubernetes sees it. `ready` counts only when its kubelet has said so of late. */
export interface NodeState {
  ready: boolean
  /** It is being deleted, which something holds up. */
  leaving: boolean
  labels: Readonly<Record<string, string>>
  version: string
  /** Container runtime, as `kubectl get nodes -o wide` shows it. */
  runtime: string
}

/** As Kubernetes keeps it, a Node is Ready for up to 40 s after its kubelet died; longer than this it is not believed, s. */
const SILENCE = 60

// since when K3s runs here, by the same clock that its kubelet tells its times by
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
 * A Node by name, undefined when there is none or the API does not answer. Servers may ask for any; an agent only
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
  const heard = hearing(output.slice(0, start), items)
  return new Map(
    items
      .filter(({ kind }) => kind === 'Node')
      .map(({ metadata, status }) => [
        metadata.name,
        {
          ready: isReady(status?.conditions ?? []) && !metadata.deletionTimestamp && heard(metadata.name),
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
 * Whether a kubelet has renewed its Lease of late, and that of the asked machine since its K3s was started: the condition
 * Ready may be what the process before it left (Kubernetes docs, "Heartbeats").
 */
function hearing(head: string, items: readonly KubernetesObject[]): (name: string) => boolean {
  const told = (word: string) =>
    head
      .split('\n')
      .find((line) => line.startsWith(`${word} `))
      ?.slice(word.length + 1)
  const time = (word: string) => Date.parse(`${told(word)}Z`)
  const oldest = time('now') - SILENCE * 1000
  const self = told('self')
  const leases = new Map(
    items.flatMap(({ kind, metadata, spec }) =>
      kind === 'Lease' ? [[metadata.name, spec?.renewTime ?? '']] : [],
    ),
  )
  return (name) => {
    const renewed = Date.parse(leases.get(name) ?? '')
    // of its own K3s a machine knows the second of the start; nothing is later than what is no time
    return renewed >= oldest && (name !== self || renewed >= time('since') + 1000)
  }
}

/** Ready, and if the Node tells, an etcd voter: as a learner a server holds up the next one. */
function isReady(conditions: readonly Condition[]): boolean {
  const status = (type: string) => conditions.find((condition) => condition.type === type)?.status
  return status('Ready') === 'True' && status('EtcdIsVoter') !== 'False'
}
