import type { Step } from '../engine/step.ts'
import { loginPage } from '../facts/login-page.ts'
import { release } from '../facts/release.ts'
import { leadFacts } from '../steps/lead.ts'
import { loginPages } from '../steps/login.ts'

/** What `status` asks: every machine about its own node, and every driver about the cluster, since any may lead. */
export const status: readonly Step[] = [
  {
    id: 'status',
    title: 'Look at the cluster',
    hosts: ({ cluster }) => cluster.hosts,
    asks: (_host, { cluster }) => cluster.drivers,
    facts: (host, { cluster }) =>
      host.role === 'worker'
        ? leadFacts(host, cluster)
        : [...leadFacts(host, cluster), release, ...loginPages(cluster, host).map(loginPage)],
    plan: () => [],
  },
]
