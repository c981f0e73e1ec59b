import { firstDriver } from '../cluster/cluster.ts'
import { node } from '../facts/node.ts'
import { release } from '../facts/release.ts'
import { printableJson } from '../printable.ts'
import { status } from '../recipes/status.ts'
import { NAMESPACE, RELEASE } from '../steps/jupyterhub.ts'
import { loginAnswers, loginPages } from '../steps/login.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, style } from '../ui/style.ts'
import { commandLine, toCopy } from './command-line.ts'
import type { CommonOptions, VerbResult } from './common-options.ts'
import { readFleet } from './read-fleet.ts'
import { runVerb } from './run-verb.ts'

/** `status`: nodes Ready, release deployed, login page on both ports; a table, and an exit code that says if all is well. */
export async function statusVerb(options: CommonOptions): VerbResult {
  const fleet = await readFleet(options)
  const { cluster } = fleet
  const driver = firstDriver(cluster)
  const { report, exit, mode } = await runVerb('status', status, { ...fleet, hosts: [driver] }, options, {
    wishes: { cluster, bundle: undefined, jhubConfig: '' },
    source: () => {
      throw new Error('status sends nothing')
    },
    apply: false,
  })
  const facts = report.facts.get(driver.name)
  if (!facts) return exit
  const nodes = cluster.hosts.map((host) => {
    const state = facts.get(node(host.nodeName))
    return {
      what: `node ${host.name}`,
      well: state?.ready ?? false,
      detail: state
        ? `${state.ready ? 'Ready' : 'NotReady'}, ${state.version}, ${state.runtime}`
        : 'not in the cluster',
    }
  })
  const deployed = facts.get(release(NAMESPACE, RELEASE))
  const pages = loginPages(cluster).map((page) => {
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
        ? `ConvectHub: http://${driver.address}${cluster.httpPort === 80 ? '' : `:${cluster.httpPort}`}/`
        : toCopy('Mend it', commandLine('provision', options)),
    ])
  }
  return well ? 'ok' : 'differs'
}
