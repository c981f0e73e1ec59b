import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { Facts } from '../facts/fact.ts'
import { loginPage, type Page } from '../facts/login-page.ts'
import { node } from '../facts/node.ts'
import { RELEASE, release } from '../facts/release.ts'
import { DRAINED } from '../steps/leave.ts'
import { loginAnswers, loginPages } from '../steps/login.ts'

/** One line of `status`: what was checked, whether it is healthy, and the details. */
export interface Check {
  what: string
  healthy: boolean
  detail: string
}

/**
 * Turns the facts of the recipe `status` into checks: nodes Ready, release deployed, login page on both ports. `lead`
 * has the facts of the lead, `own` those of each host, by name. A host without facts is judged by the lead's alone.
 */
export function health(cluster: Cluster, lead: Facts, own: ReadonlyMap<string, Facts>): Check[] {
  return [
    ...cluster.hosts.map((host) => nodeCheck(host, lead, own.get(host.name))),
    releaseCheck(lead),
    ...loginPages(cluster, cluster.lead).map((page) => pageCheck(page, lead)),
  ]
}

/**
 * Combines what the cluster knows about a node with what the machine's own K3s says. The machine itself shows sooner
 * that its K3s has stopped or was restarted.
 */
function nodeCheck({ name, nodeName }: ClusterHost, lead: Facts, own: Facts | undefined): Check {
  const what = `node ${name}`
  const seen = lead.get(node(nodeName))
  if (!seen) return { what, healthy: false, detail: 'not in the cluster' }
  const says = own?.get(node(nodeName))
  const healthy = seen.ready && (own === undefined || says?.ready === true)
  const why = says
    ? 'its kubelet has not been heard since K3s was started there'
    : 'K3s does not answer there'
  const drained = healthy && seen.labels[DRAINED] !== undefined
  const state = drained
    ? 'Ready, but a reset that was stopped has drained it: it takes no pods'
    : healthy
      ? 'Ready'
      : `NotReady${seen.ready ? `: ${why}` : ''}`
  return { what, healthy: healthy && !drained, detail: `${state}, ${seen.version}, ${seen.runtime}` }
}

function releaseCheck(lead: Facts): Check {
  const what = `release ${RELEASE}`
  const found = lead.get(release)
  if (!found) return { what, healthy: false, detail: 'not there' }
  const { status, revision, description } = found
  const healthy = status === 'deployed'
  return { what, healthy, detail: `${status}, revision ${revision}${healthy ? '' : `, ${description}`}` }
}

function pageCheck(page: Page, lead: Facts): Check {
  const { status, title } = lead.get(loginPage(page))
  return {
    what: `login page ${page.scheme}:${page.port}`,
    healthy: loginAnswers(status),
    detail: status === 0 ? 'no answer' : `HTTP ${status}${title ? `, titled "${title}"` : ''}`,
  }
}
