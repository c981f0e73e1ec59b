import { firstDriver } from '../cluster/cluster.ts'
import type { Step } from '../engine/step.ts'
import { node } from '../facts/node.ts'
import { release } from '../facts/release.ts'
import { NAMESPACE, RELEASE } from '../steps/jupyterhub.ts'
import { loginPages } from '../steps/login.ts'

/** What `status` asks the first driver. */
export const status: readonly Step[] = [
  {
    id: 'status',
    title: 'Look at the cluster',
    hosts: ({ cluster }) => [firstDriver(cluster)],
    facts: (_host, { cluster }) => [
      ...cluster.hosts.map(({ nodeName }) => node(nodeName)),
      release(NAMESPACE, RELEASE),
      ...loginPages(cluster),
    ],
    plan: () => [],
  },
]
