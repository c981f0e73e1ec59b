import type { Step } from '../engine/step.ts'

/** What `ping` does: it only logs in. */
export const ping: readonly Step[] = [
  { id: 'ping', title: 'Log in', hosts: ({ cluster }) => cluster.hosts, facts: () => [], plan: () => [] },
]
