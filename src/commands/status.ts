import { join } from 'node:path'
import { bundleKind } from '../artifacts/bundle-kind.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { node } from '../facts/node.ts'
import { release } from '../facts/release.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type FleetInput, readFleet } from '../fleet/read-fleet.ts'
import { inventoryFolder } from '../fleet/read-wishes.ts'
import { printableJson } from '../printable.ts'
import { status } from '../recipes/status.ts'
import { NAMESPACE, RELEASE } from '../steps/hub-release.ts'
import { withLead } from '../steps/lead.ts'
import { loginAnswers, loginPages } from '../steps/login.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, style } from '../ui/style.ts'
import type { VerbResult } from './common-options.ts'
import { hubAddress } from './hub-lines.ts'
import { runVerb } from './run-verb.ts'

/** `status`: nodes Ready, release deployed, login page on both ports; a table, and an exit code that says if all is well. */
export async function statusVerb(options: CommonOptions): VerbResult {
  const fleet = await readFleet(options)
  const { report, exit, mode } = await runVerb('status', status, fleet, options, {
    wishes: { cluster: fleet.cluster, bundle: undefined, jhubConfig: '' },
    orient: withLead,
    apply: false,
  })
  const { cluster } = report.wishes
  const facts = report.facts.get(cluster.lead.name)
  if (!facts) return exit
  const nodes = cluster.hosts.map((host) => nodeCheck(host, facts, report.facts.get(host.name)))
  const deployed = facts.get(release(NAMESPACE, RELEASE))
  const pages = loginPages(cluster, cluster.lead).map((page) => {
    const { status, title } = facts.get(page)
    const [scheme, port] = page.key.split(' ')
    return {
      what: `login page ${scheme}:${port}`,
      well: loginAnswers(status),
      detail: status === 0 ? 'no answer' : `HTTP ${status}${title ? `, titled "${title}"` : ''}`,
    }
  })
  const checks = [
    ...nodes,
    {
      what: `release ${RELEASE}`,
      well: deployed?.status === 'deployed',
      detail: deployed
        ? `${deployed.status}, revision ${deployed.revision}, ${deployed.description}`
        : 'not there',
    },
    ...pages,
  ]
  const well = checks.every((check) => check.well)
  if (mode === 'json') {
    for (const check of checks) process.stdout.write(`${printableJson({ event: 'check', ...check })}\n`)
  } else {
    const paint = style(process.stdout, options.color)
    printLines(
      columns(
        checks.map(({ what, well, detail }) => [well ? paint.green('✔') : paint.red('✘'), what, detail]),
      ),
    )
    printLines([
      well
        ? `ConvectHub: ${hubAddress(cluster)}`
        : toCopy('Mend it', commandLine('provision', { ...options, ...otherBundle(fleet, facts) })),
    ])
  }
  return well ? exit : 'differs'
}

/** A bundle to name where the one beside the inventory is not of the cluster's kind. */
function otherBundle(fleet: FleetInput, lead: Facts): { bundle?: string } {
  const { datastore, standIn } = lead.get(clusterData)
  const kind = bundleKind(join(inventoryFolder(fleet), 'shared/bin'))
  const fits = datastore === undefined || kind === 'none' || (kind === 'stand-in') === standIn
  return fits ? {} : { bundle: 'FOLDER' }
}

/** How the cluster sees a machine, and what its own K3s says, which knows sooner that it stands still or was started anew. */
function nodeCheck({ name, nodeName }: ClusterHost, lead: Facts, own: Facts | undefined) {
  const what = `node ${name}`
  const seen = lead.get(node(nodeName))
  if (!seen) return { what, well: false, detail: 'not in the cluster' }
  const says = own?.get(node(nodeName))
  const well = seen.ready && (own === undefined || says?.ready === true)
  const why = says
    ? 'its kubelet has not been heard since K3s was started there'
    : 'K3s does not answer there'
  const state = well ? 'Ready' : `NotReady${seen.ready ? `: ${why}` : ''}`
  return { what, well, detail: `${state}, ${seen.version}, ${seen.runtime}` }
}
