import { textOf } from '../printable.ts'
import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** A Node of the cluster as Kubernetes sees it. */
export interface NodeState {
  ready: boolean
  labels: Readonly<Record<string, string>>
  version: string
  /** Container runtime, as `kubectl get nodes -o wide` shows it. */
  runtime: string
}

/** The kubelet's own credentials, with which an agent may read its own Node and nothing else. */
export const KUBELET_CONFIG = '/var/lib/rancher/k3s/agent/kubelet.kubeconfig'

const SCRIPT = `
if [ -x /usr/local/bin/k3s ]; then
  if [ -f /etc/rancher/k3s/k3s.yaml ]; then
    timeout 15 /usr/local/bin/k3s kubectl get nodes -o json
  elif [ -f ${KUBELET_CONFIG} ]; then
    timeout 15 /usr/local/bin/k3s kubectl --kubeconfig ${KUBELET_CONFIG} get node "$self" -o json
  fi
fi`

const family: FactFamily<NodeState | undefined> = {
  id: 'node',
  script: ([self = '']) => joinSh([sh`self=${self}`, rawSh(SCRIPT)]),
  parse: (output, keys) => {
    const nodes = parseNodes(output)
    return new Map(keys.map((key) => [key, nodes.get(key)]))
  },
}

/**
 * A Node by name, undefined when there is none or the API does not answer. Servers may ask for any; an agent only
 * for its own, which it must ask for first.
 */
export function node(name: string): Fact<NodeState | undefined> {
  return { family, key: name }
}

interface Condition {
  type: string
  status: string
}

interface KubernetesNode {
  metadata: { name: string; labels?: Record<string, string> }
  status?: {
    conditions?: Condition[]
    nodeInfo?: { kubeletVersion?: string; containerRuntimeVersion?: string }
  }
}

function parseNodes(output: string): Map<string, NodeState> {
  const start = output.indexOf('{')
  if (start < 0) return new Map()
  const parsed = JSON.parse(output.slice(start)) as KubernetesNode & { items?: KubernetesNode[] }
  return new Map(
    (parsed.items ?? [parsed]).map(({ metadata, status }) => [
      metadata.name,
      {
        ready: isReady(status?.conditions ?? []),
        labels: Object.fromEntries(
          Object.entries(metadata.labels ?? {}).map(([key, value]) => [textOf(key), textOf(value)]),
        ),
        version: textOf(status?.nodeInfo?.kubeletVersion),
        runtime: textOf(status?.nodeInfo?.containerRuntimeVersion),
      },
    ]),
  )
}

/** Ready, and if the Node tells, an etcd voter: as a learner a server holds up the next one. */
function isReady(conditions: readonly Condition[]): boolean {
  const status = (type: string) => conditions.find((condition) => condition.type === type)?.status
  return status('Ready') === 'True' && status('EtcdIsVoter') !== 'False'
}
