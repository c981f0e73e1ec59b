import { expect, it } from 'vitest'
import type { UploadChange } from '../../src/engine/change.ts'
import { type HostPlan, planDelivery } from '../../src/engine/plan-delivery.ts'
import { file } from '../../src/facts/file.ts'
import { fakeFacts, fileOf, is } from '../helpers/fake-facts.ts'
import { artifact } from '../helpers/test-cluster.ts'

const BIG = artifact('images/big.tar', { size: 300e6 })
const SMALL = artifact('helm', { size: 1e6 })
const PATH = '/images/big.tar'
const upload = (of = BIG, more: Partial<UploadChange> = {}): UploadChange => {
  return { kind: 'upload', sign: '+', title: 'send', artifact: of, path: `/${of.name}`, mode: '644', ...more }
}
const plans = (hosts: readonly string[], change = upload()): HostPlan[] =>
  hosts.map((host) => ({ host, changes: [change] }))
const holding = (path: string, digest = BIG.sha256) => fakeFacts([is(file(path), fileOf({ digest }))])

it.each<{
  what: string
  planned: HostPlan[]
  holders?: Record<string, ReturnType<typeof fakeFacts>>
  to?: string[]
  from?: string[]
  here: number
  between: number
}>([
  { what: 'nothing', planned: [], here: 0, between: 0 },
  { what: 'a file for one host', planned: plans(['h1']), here: 300e6, between: 0 },
  {
    what: 'a file for three hosts',
    planned: plans(['h1', 'h2', 'h3']),
    to: ['h1', 'h2', 'h3'],
    from: [],
    here: 300e6,
    between: 600e6,
  },
  { what: 'a small file', planned: plans(['h1', 'h2'], upload(SMALL)), here: 2e6, between: 0 },
  {
    what: 'a file that another host has',
    planned: plans(['h1']),
    holders: { h2: holding(PATH) },
    to: ['h1'],
    from: ['h2'],
    here: 0,
    between: 300e6,
  },
  {
    what: 'a file that another host has with another content',
    planned: plans(['h1']),
    holders: { h2: holding(PATH, SMALL.sha256) },
    here: 300e6,
    between: 0,
  },
  {
    what: 'a file that other hosts have where it is moved later',
    planned: plans(['h1'], upload(BIG, { path: '/incoming/big.tar', laterPath: PATH })),
    holders: { h2: holding(PATH) },
    to: ['h1'],
    from: ['h2'],
    here: 0,
    between: 300e6,
  },
  {
    what: 'a file that many others have',
    planned: plans(['h1', 'h2']),
    holders: {
      h1: fakeFacts([]),
      h3: holding(PATH),
      h4: holding(PATH),
      h5: holding(PATH),
      h6: holding(PATH),
    },
    to: ['h1', 'h2'],
    from: ['h3', 'h4', 'h5'],
    here: 0,
    between: 600e6,
  },
])('plans $what', ({ planned, holders = {}, to, from, here, between }) => {
  const plan = planDelivery(planned, new Map(Object.entries(holders)))
  const files = plan.files.map((each) => ({ to: each.to, from: each.from.map(({ host }) => host) }))
  expect({ ...plan, files }).toEqual({ here, between, files: to ? [{ to, from }] : [] })
})
