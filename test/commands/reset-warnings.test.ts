import { expect, it } from 'vitest'
import { resetWarnings, wantsTyping } from '../../src/commands/reset-warnings.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

const given = testDesired({ drivers: ['d1', 'd2', 'd3'], workers: ['w1'] })
const of = (name: string) => hostOf(given, name)
const NO_DATA = { count: 0, sizeMiB: undefined }
const none = {
  hosts: [of('w1')],
  by: of('d1'),
  untold: false,
  orphans: [],
  servers: { all: 3, go: 0, healthy: 3 },
  data: [NO_DATA],
}

it.each([
  { what: 'a worker without data', leaving: none, says: [], typed: false },
  {
    what: 'users’ data',
    leaving: { ...none, data: [NO_DATA, { count: 2, sizeMiB: 3000 }] },
    says: [
      /^Users' data stays: 2 volumes \(2\.9 GB\) in \/var\/lib\/rancher\/k3s\/storage; --delete-data removes it\./,
    ],
    typed: false,
  },
  {
    what: 'one server of three',
    leaving: { ...none, hosts: [of('d3')], servers: { all: 3, go: 1, healthy: 2 } },
    says: [
      /^1 of 3 servers of the cluster go, and 2 stay: the cluster stands still when one of those fails\.$/,
    ],
    typed: false,
  },
  {
    what: 'two servers of three',
    leaving: { ...none, hosts: [of('d2'), of('d3')], servers: { all: 3, go: 2, healthy: 1 } },
    says: [/^2 of 3 servers of the cluster go, and 1 stays:/],
    typed: true,
  },
  {
    what: 'one server of three, of which another is down',
    leaving: { ...none, hosts: [of('d3')], servers: { all: 3, go: 1, healthy: 1 } },
    says: [
      /^1 of 3 servers of the cluster go, and 2 stay: of those only 1 is well, too few to go on: mend them first/,
    ],
    typed: true,
  },
  {
    what: 'a server when no healthy driver stays',
    leaving: {
      ...none,
      hosts: [of('d3')],
      by: undefined,
      untold: true,
      servers: { all: 0, go: 0, healthy: 0 },
    },
    says: [/the cluster is not told: .*k3s kubectl delete node d3$/],
    typed: true,
  },
  {
    what: 'all servers but not their worker',
    leaving: { ...none, hosts: ['d1', 'd2', 'd3'].map(of), by: undefined, orphans: [of('w1')] },
    says: [/^All servers of the cluster go, and with them the cluster: w1 stays without one\.$/],
    typed: true,
  },
])('warns of the consequences of a reset of $what', ({ leaving, says, typed }) => {
  const lines = resetWarnings(leaving, false)
  expect(lines).toEqual(says.map((words) => expect.stringMatching(words)))
  expect(wantsTyping(leaving)).toBe(typed)
})
