import { expect, it, vi } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { hostRuns } from '../../src/host-runs.ts'
import { groupErrors } from '../../src/ui/group-errors.ts'
import { printFailure } from '../../src/ui/print-result.ts'
import { tellErrors } from '../../src/ui/tell-errors.ts'

const systemd = (host: string) =>
  new ConvecthubError('systemd', 'the machine does not run systemd', {
    host,
    step: 'preflight',
    hint: 'boot it',
  })

it('tells a common cause once, biggest first, and the one that differs last', () => {
  const alone = new ConvecthubError('memory', 'it has 1 GB', { host: 'node17', step: 'preflight' })
  const usage = new ConvecthubError('USAGE', 'no such option')
  const groups = groupErrors([usage, systemd('node1'), alone, systemd('node2'), systemd('node3')])
  expect(groups.map(({ error, hosts }) => [error.code, hosts])).toEqual([
    ['systemd', ['node1', 'node2', 'node3']],
    ['USAGE', []],
    ['memory', ['node17']],
  ])
})

it.each([
  {
    what: 'message',
    more: [new ConvecthubError('systemd', 'another', { host: 'b', step: 'preflight', hint: 'boot it' })],
  },
  {
    what: 'hint',
    more: [new ConvecthubError('systemd', systemd('').message, { host: 'b', step: 'preflight' })],
  },
  {
    what: 'evidence',
    more: [new ConvecthubError('systemd', systemd('').message, { ...systemd('b').details, evidence: 'x' })],
  },
  {
    what: 'place',
    more: [
      new ConvecthubError('systemd', systemd('').message, {
        ...systemd('b').details,
        origin: { file: 'f', line: 2 },
      }),
    ],
  },
])('tells errors apart that differ by their $what', ({ more }) => {
  expect(groupErrors([systemd('a'), ...more])).toHaveLength(2)
})

it.each([
  { names: [], text: '' },
  { names: ['b', 'a'], text: 'a, b' },
  { names: ['n1', 'n2'], text: 'n1, n2' },
  { names: ['n10', 'n9', 'n8', 'n8'], text: 'n8 … n10' },
  { names: ['n08', 'n09', 'n10', 'n12'], text: 'n08 … n10, n12' },
  { names: ['n9', 'n010', 'n11'], text: 'n9, n010, n11' },
  { names: ['r1-a', 'r2-a', 'r3-a', 'r3-b'], text: 'r1-a … r3-a, r3-b' },
  { names: ['10.0.0.3', '10.0.0.1', '10.0.0.2'], text: '10.0.0.1 … 10.0.0.3' },
])('lists $names as "$text"', ({ names, text }) => expect(hostRuns(names)).toBe(text))

it('prints what ended a command: a common cause once for people, each error for programs', () => {
  const written: string[] = []
  for (const stream of [process.stdout, process.stderr])
    vi.spyOn(stream, 'write').mockImplementation((text) => written.push(String(text)) > 0)
  const errors = ['node1', 'node2', 'node3', 'node4'].map(systemd)
  tellErrors(errors, false)
  printFailure('plan', errors, 6)
  vi.restoreAllMocks()
  const [people = '', ...programs] = written.slice(0, -1)
  expect(people.trimEnd().split('\n')).toEqual([
    'error preflight, 4 hosts: the machine does not run systemd [systemd]',
    '      | node1 … node4',
    '      → boot it',
  ])
  expect(programs.map((line) => JSON.parse(line).host)).toEqual(['node1', 'node2', 'node3', 'node4'])
})
