import type { Cluster, ClusterHost } from '../cluster/cluster.ts'
import type { Fact, Facts } from '../facts/fact.ts'
import type { LoginPage } from '../facts/login-page.ts'
import { node } from '../facts/node.ts'
import { release } from '../facts/release.ts'
import { NAMESPACE, RELEASE } from '../steps/hub-release.ts'
import { loginAnswers, loginPages } from '../steps/login.ts'

/** One line of `status`: what was looked at, whether it is well, and how it stands. */
export interface Check {
  what: string
  healthy: boolean
  detail: string
}

/**
 * What the answers to the recipe `status` mean: nodes Ready, release deployed, login page on both ports. `lead` is what
 * the cluster's lead answered, `own` what each host said, by name; who said nothing is judged by the lead alone.
 */
export function health(cluster: Cluster, lead: Facts, own: ReadonlyMap<string, Facts>): Check[] {
  return [
    ...cluster.hosts.map((host) => nodeCheck(host, lead, own.get(host.name))),
    releaseCheck(lead),
    ...loginPages(cluster, cluster.lead).map((page) => pageCheck(page, lead)),
  ]
}

/** How the cluster sees a machine, and what its own K3s says, which knows sooner that it stands still or was started anew. */
function nodeCheck({ name, nodeName }: ClusterHost, lead: Facts, own: Facts | undefined): Check {
  const what = `node ${name}`
  const seen = lead.get(node(nodeName))
  if (!seen) return { what, healthy: false, detail: 'not in the cluster' }
  const says = own?.get(node(nodeName))
  const healthy = seen.ready && (own === undefined || says?.ready === true)
  const why = says
    ? 'its kubelet has not been heard since K3s was started there'
    : 'K3s does not answer there'
  const state = healthy ? 'Ready' : `NotReady${seen.ready ? `: ${why}` : ''}`
  return { what, healthy, detail: `${state}, ${seen.version}, ${seen.runtime}` }
}

function releaseCheck(lead: Facts): Check {
  const what = `release ${RELEASE}`
  const found = lead.get(release(NAMESPACE, RELEASE))
  if (!found) return { what, healthy: false, detail: 'not there' }
  const { status, revision, description } = found
  return { what, healthy: status === 'deployed', detail: `${status}, revision ${revision}, ${description}` }
}

function pageCheck(page: Fact<LoginPage>, lead: Facts): Check {
  const [scheme, port] = page.key.split(' ')
  const { status, title } = lead.get(page)
  return {
    what: `login page ${scheme}:${port}`,
    healthy: loginAnswers(status),
    detail: status === 0 ? 'no answer' : `HTTP ${status}${title ? `, titled "${title}"` : ''}`,
  }
}
