import type { Step } from '../engine/step.ts'
import { volumes } from '../facts/volumes.ts'
import { leadFacts } from '../steps/lead.ts'

/** What is to be known before a reset is agreed to: users' data, and who would stay in the cluster. */
export const look: readonly Step[] = [
  {
    id: 'look',
    title: 'Look at what is there',
    hosts: ({ cluster }) => cluster.hosts,
    facts: (host, { cluster }) => [volumes, ...leadFacts(host, cluster)],
    plan: () => [],
  },
]
