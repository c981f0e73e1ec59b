import { ConvecthubError } from '../errors.ts'
import { leftoverLines, leftovers } from '../facts/leftovers.ts'
import { printableJson } from '../printable.ts'
import { reset } from '../recipes/reset.ts'
import { FOREIGN_RECORD, OWN_PATHS } from '../steps/reset.ts'
import { ask } from '../ui/ask.ts'
import { printLines } from '../ui/print-lines.ts'
import { count } from '../ui/style.ts'
import { toCopy } from './command-line.ts'
import type { CommonOptions, VerbResult } from './common-options.ts'
import { type FleetInput, readFleet } from './read-fleet.ts'
import { continueCommand, runVerb } from './run-verb.ts'

/** `reset`: uninstalls what provision recorded, workers first, then looks for anything that is left. */
export async function resetVerb(options: CommonOptions & { yes?: boolean }): VerbResult {
  const fleet = await readFleet(options)
  if (!options.yes) await confirm(fleet)
  const wishes = { cluster: fleet.cluster, bundle: undefined, jhubConfig: '' }
  const source = () => {
    throw new Error('reset sends nothing')
  }
  const foreign: { host: string; line: string }[] = []
  const { report, exit, mode } = await runVerb('reset', reset, fleet, options, {
    wishes,
    source,
    apply: true,
    hear: (event) => {
      if (event.event === 'finding' && event.finding.id === FOREIGN_RECORD)
        foreign.push({ host: event.finding.host, line: event.finding.message })
    },
  })
  const traces = [...report.facts].flatMap(([host, facts]) => {
    const touched = report.hosts.find((summary) => summary.host === host)
    if (!touched || touched.changed === 0) return []
    return leftoverLines(facts.get(leftovers(OWN_PATHS))).map((line) => ({ host, line }))
  })
  const left = [...foreign, ...traces]
  if (mode === 'json') {
    for (const { host, line } of left)
      process.stdout.write(`${printableJson({ event: 'left', host, what: line })}\n`)
  } else if (!report.ok) {
    printLines([toCopy('To continue', continueCommand('reset', fleet, options, report))])
  } else if (left.length === 0) {
    process.stdout.write('Audit: nothing is left.\n')
  } else {
    printLines([
      `Audit: ${count(left.length, 'thing')} left:`,
      ...left.map(({ host, line }) => `  ${host}  ${line}`),
    ])
  }
  return exit === 'ok' && left.length > 0 ? 'differs' : exit
}

/** A reset cannot be undone, so it wants the inventory's name. Error: NOT_CONFIRMED. */
async function confirm({ cluster, hosts }: FleetInput): Promise<void> {
  const answer = await ask(
    `This removes ConvectHub, its users' data and all that convecthub installed from ${count(hosts.length, 'host')}: ${hosts.map(({ name }) => name).join(', ')}.\nType the inventory's name (${cluster.name}) to go on: `,
  )
  if (answer.trim() === cluster.name) return
  throw new ConvecthubError('NOT_CONFIRMED', 'usage', 'the name was not typed; nothing was changed', {
    hint: '--yes answers beforehand',
  })
}
