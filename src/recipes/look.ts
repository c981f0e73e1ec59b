import type { Step } from '../engine/step.ts'
import { volumes } from '../facts/volumes.ts'
import { leadFacts } from '../steps/lead.ts'

/** What the confirmation of a reset needs to know: users' data, and which machines would stay in the cluster. */
export const look: readonly Step[] = [
  {
    id: 'look',
    title: 'Look at what is there',
    hosts: ({ cluster }) => cluster.hosts,
    facts: (host, { cluster }) => [volumes, ...leadFacts(host, cluster)],
    plan: () => [],
  },
]
