import { expect, it } from 'vitest'
import { registry, stopRegistry } from '../../src/steps/registry.ts'
import { makeCertificate } from '../../src/steps/registry-certificate.ts'
import { type Answer, ASKED_AT, present, recordOf, running, shown } from '../helpers/fake-facts.ts'
import { answersAfter, fileText, planStep } from '../helpers/plan-step.ts'
import {
  certificate,
  DAEMON,
  daemon,
  PEM,
  registryDesired,
  SERVER,
  withoutRegistry,
  YEAR,
} from '../helpers/registry-parts.ts'

const desired = registryDesired()

const AUTHORITY =
  '+ run an authority for the certificate of the image registry (/var/lib/convecthub/registry/ca.pem)'
const CERTIFICATE =
  '+ run a certificate of the image registry for d1 and 10.0.0.1 (/var/lib/convecthub-registry/server.pem)'

it.each([
  { what: 'is none', facts: { authority: undefined, server: undefined }, plan: [AUTHORITY, CERTIFICATE] },
  { what: 'is a good one', facts: {}, plan: [] },
  { what: 'is only an authority', facts: { server: undefined }, plan: [CERTIFICATE] },
  {
    what: 'is one for another address',
    facts: { server: { ...SERVER, names: 'IP Address:10.0.0.11, DNS:d1' } },
    plan: [CERTIFICATE],
  },
  {
    what: 'is one for another name',
    facts: { server: { ...SERVER, names: 'IP Address:10.0.0.1, DNS:d1.lan' } },
    plan: [CERTIFICATE],
  },
  {
    what: 'is one that ends soon',
    facts: { server: { ...SERVER, until: ASKED_AT + YEAR / 2 } },
    plan: [CERTIFICATE],
  },
  {
    what: 'is one of another authority',
    facts: { server: { ...SERVER, signed: false } },
    plan: [CERTIFICATE],
  },
  {
    what: 'is an authority that ends soon',
    facts: { authority: { pem: PEM, until: ASKED_AT + YEAR / 2 } },
    plan: [AUTHORITY, CERTIFICATE],
  },
])('makes certificates where there $what: $plan', ({ facts, plan }) => {
  expect(shown(planStep(makeCertificate, desired, 'd1', { d1: [certificate(facts)] }))).toEqual(plan)
})

const UNIT = '/etc/systemd/system/convecthub-registry.service'
const DATA = '/var/lib/convecthub-registry'
const START = [
  '! service start convecthub-registry.service',
  '! wait wait until the image registry answers at 10.0.0.1:5000',
]
const fresh = planStep(registry, desired, 'd1')
const served = [...answersAfter(fresh), ...recordOf({ files: [UNIT] })]

it('runs the registry on the private address of its machine, and nowhere else', () => {
  expect(shown(fresh)).toEqual([
    '+ upload /usr/local/bin/convecthub-registry (24 MB)',
    `+ file ${DATA}/config.yml`,
    `+ file ${UNIT}`,
    `+ file ${UNIT}.env`,
    ...START,
  ])
  expect(fileText(fresh, `${DATA}/config.yml`)).toContain('  addr: 10.0.0.1:5000\n')
  expect(fileText(fresh, `${DATA}/config.yml`)).toMatch(/readonly:\n +enabled: true/)
  expect(planStep(registry, desired, 'w1')).toEqual([])
})

it.each<{ what: string; more: readonly Answer[]; plan: string[] }>([
  { what: 'nothing', more: [], plan: [] },
  {
    what: 'a new certificate',
    more: [present(`${DATA}/server.pem`, { digest: 'new' })],
    plan: [`~ file ${UNIT}.env`, '~ service restart convecthub-registry.service', START[1] ?? ''],
  },
  {
    what: 'a process from before',
    more: [running('convecthub-registry.service', 'old')],
    plan: ['~ service restart convecthub-registry.service', START[1] ?? ''],
  },
])('corrects $what of a registry: $plan', ({ more, plan }) => {
  expect(shown(planStep(registry, desired, 'd1', { d1: [...served, ...more] }))).toEqual(plan)
})

it.each([
  { what: 'is on another machine now', on: registryDesired({ workers: ['w1'], registry: 'w1' }) },
  { what: 'is not in the inventory any more', on: withoutRegistry },
])('removes a registry that $what', ({ on }) => {
  const plan = planStep(registry, on, 'd1', { d1: served })
  expect(shown(plan)).toEqual([`- run the image registry (${UNIT}, ${DATA})`])
  expect(planStep(registry, on, 'd1')).toEqual([])
})

it('stops the registry in a reset, and takes back the daemon.json that it wrote', () => {
  const d1 = [...served, ...daemon('10.0.0.1')]
  expect(shown(planStep(stopRegistry, desired, 'd1', { d1 }))).toEqual([
    '- run stop and disable convecthub-registry.service',
    `- run ${DAEMON}`,
  ])
  const theirs = running('convecthub-registry.service')
  expect(planStep(stopRegistry, desired, 'd1', { d1: [theirs] })).toEqual([])
})
