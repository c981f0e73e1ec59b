import type { Step } from '../engine/step.ts'

/** What `ping` asks: nothing but what every connection tells. */
export const ping: readonly Step[] = [
  { id: 'ping', title: 'Log in', hosts: ({ cluster }) => cluster.hosts, facts: () => [], plan: () => [] },
]
