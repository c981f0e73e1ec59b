import { expect, it } from 'vitest'
import { continueLines } from '../../src/commands/continue-lines.ts'
import type { RunReport } from '../../src/engine/run-options.ts'
import type { FleetInput } from '../../src/fleet/read-fleet.ts'
import type { HostOutcome } from '../../src/outcome.ts'

const names = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `n${from + i}`)

/** The lines for a fleet of `count` hosts, of which `selected` were to be done and `open` are not. */
function lines(count: number, open: readonly string[], more: { limit?: string; blockedBy?: string } = {}) {
  const all = names(1, count).map((name) => ({ name }))
  const selected = more.limit ? all.filter(({ name }) => open.includes(name)) : all
  const hosts = selected.map(({ name }): Partial<HostOutcome> => {
    if (!open.includes(name)) return { host: name, result: 'unchanged' }
    return { host: name, result: 'skipped', ...(more.blockedBy && { blockedBy: more.blockedBy }) }
  })
  const report = { verb: 'provision', hosts, ignorable: [] } as unknown as RunReport
  const fleet = { hosts: selected, cluster: { hosts: all } } as unknown as FleetInput
  return continueLines(report, fleet, { color: false, ...(more.limit && { limit: more.limit }) })
}

it.each([
  { what: 'all hosts', open: names(1, 30), command: 'convecthub provision' },
  { what: 'two hosts', open: ['n3', 'n4'], command: 'convecthub provision --limit n3,n4' },
  { what: 'all but two', open: names(3, 30), command: "convecthub provision --limit 'all:!n1:!n2'" },
  {
    what: 'a host that waits for one that --limit left out',
    open: ['n2'],
    more: { limit: 'n2', blockedBy: 'k3s-server on n1' },
    command: 'convecthub provision --limit n2,n1',
  },
  {
    what: 'the hosts of a limit',
    open: ['n2', 'n3'],
    more: { limit: 'worker' },
    command: 'convecthub provision --limit worker',
  },
])('continues with $what', ({ open, more, command }) => {
  expect(lines(30, open, more)).toEqual([`To continue: ${command}`])
})

it('names no hundreds of hosts', () => {
  expect(lines(300, names(1, 150))).toEqual(['To continue: convecthub provision'])
})

it('takes the host that all wait for, also when --limit left it out', () => {
  const workers = names(2, 60)
  const all = ['n1', ...workers].map((name) => ({ name }))
  const hosts = workers.map((host, i) => ({
    host,
    ...(i < 29 ? { result: 'unchanged' } : { result: 'skipped', blockedBy: 'k3s-server on n1' }),
  }))
  const report = { verb: 'provision', hosts, ignorable: [] } as unknown as RunReport
  const fleet = { hosts: all.slice(1), cluster: { hosts: all } } as unknown as FleetInput
  expect(continueLines(report, fleet, { color: false, limit: 'worker' })).toEqual([
    'To continue: convecthub provision',
  ])
})

it('says which findings can be accepted', () => {
  const report = { verb: 'plan', hosts: [], ignorable: ['cpu', 'cpu', 'memory'] } as unknown as RunReport
  const fleet = { hosts: [], cluster: { hosts: [] } } as unknown as FleetInput
  expect(continueLines(report, fleet, { color: false }, 'Plan again')).toEqual([
    'Fix what is reported above, or accept it with --ignore-preflight cpu,memory.',
    'Plan again: convecthub plan',
  ])
})
