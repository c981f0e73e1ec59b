import type { Step } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import { node } from '../facts/node.ts'
import { volumes } from '../facts/volumes.ts'

/** What is to be known before a reset is agreed to: users' data, and who would stay in the cluster. */
export const look: readonly Step[] = [
  {
    id: 'look',
    title: 'Look at what is there',
    hosts: ({ cluster }) => cluster.hosts,
    facts: (host, { cluster }) => [
      volumes,
      ...(host.role === 'driver'
        ? [clusterData, ...cluster.hosts.map(({ nodeName }) => node(nodeName))]
        : []),
    ],
    plan: () => [],
  },
]
