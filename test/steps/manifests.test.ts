import { expect, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { node } from '../../src/facts/node.ts'
import { login } from '../../src/steps/login.ts'
import { gpuPlugin, ingress, oldRegistry } from '../../src/steps/manifests.ts'
import { is, page, present, recordOf, shown } from '../helpers/fake-facts.ts'
import { answersAfter, fileText, planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const WAIT = (port: number) => `! wait wait for the login page on port ${port}`
it.each([
  { http: 200, https: 200, plan: [] },
  { http: 302, https: 200, plan: [] },
  { http: 0, https: 0, plan: [WAIT(80), WAIT(443)] },
  { http: 200, https: 404, plan: [WAIT(443)] },
  { http: 503, https: 200, plan: [WAIT(80)] },
])('login pages with $http and $https: $plan', ({ http, https, plan }) => {
  const d1 = [page('http', 80, http), page('https', 443, https)]
  expect(shown(planStep(login, testDesired(), 'd1', { d1 }))).toEqual(plan)
})

it('asks for the login page on the ports and interface of the inventory', () => {
  const own = testDesired({ httpPort: 9000, httpsPort: 9443, settings: { d1: { my_iface: 'eth1' } } })
  const d1 = [page('http', 9000, 200, 'eth1'), page('https', 9443, 0, 'eth1')]
  expect(shown(planStep(login, own, 'd1', { d1 }))).toEqual([WAIT(9443)])
})

const MANIFESTS = '/var/lib/rancher/k3s/server/manifests'
const gpus = { workers: ['w1', 'w2'], settings: { w1: { has_gpu: true } } }
const labelled = (labels: Record<string, string>) =>
  is(node('w1'), { ready: true, leaving: false, labels, version: '', runtime: '' })

it.each([
  { what: 'ports', step: ingress, parts: { httpPort: 9000 }, file: 'convecthub-ingress.yaml' },
  { what: 'GPUs', step: gpuPlugin, parts: gpus, file: 'convecthub-gpu.yaml' },
])('writes the manifest for $what on each driver', ({ step, parts, file }) => {
  const own = testDesired({ drivers: ['d1', 'd2'], ...parts })
  expect(step.hosts(own).map(({ name }) => name)).toEqual(['d1', 'd2'])
  const plan = planStep(step, own, 'd1')
  expect(shown(plan)).toEqual([`+ file ${MANIFESTS}/${file}`])
  expect(planStep(step, own, 'd1', { d1: answersAfter(plan) })).toEqual([])
  const text = fileText(plan, `${MANIFESTS}/${file}`)
  expect(
    parseAllDocuments(text).flatMap((document) => ('errors' in document ? document.errors : [])),
  ).toEqual([])
  expect(text).not.toContain('@')
})

it.each([
  {
    what: 'ports',
    step: ingress,
    parts: { httpPort: 9000, httpsPort: 9443 },
    holds: ['exposedPort: 9000', 'exposedPort: 9443'],
  },
])('the manifest for $what has the settings of the inventory', ({ step, parts, holds }) => {
  const [change] = planStep(step, testDesired(parts), 'd1')
  for (const line of holds) expect(change?.kind === 'file' && change.content).toContain(line)
})

it('skips the GPU plugin when no machine has a GPU', () => {
  expect(gpuPlugin.hosts(testDesired())).toEqual([])
})

const REGISTRY = `${MANIFESTS}/convecthub-registry.yaml`
it.each([
  { what: 'does not exist', d1: [], plan: [] },
  {
    what: 'is ours',
    d1: recordOf({ files: [REGISTRY] }),
    plan: ['- run the image registry of an earlier version, to which anybody on the network can write'],
  },
  { what: 'is not ours', d1: [present(REGISTRY)], plan: [] },
])('removes an open registry that $what: $plan', ({ d1, plan }) => {
  expect(shown(planStep(oldRegistry, testDesired(), 'd1', { d1 }))).toEqual(plan)
})

it.each([
  { what: 'labelled', answers: [labelled({ 'nvidia.com/gpu.present': 'true' })], label: false },
  { what: 'not labelled', answers: [labelled({})], label: true },
  { what: 'labelled false', answers: [labelled({ 'nvidia.com/gpu.present': 'false' })], label: true },
  { what: 'not there', answers: [], label: false },
])('labels a GPU node that is $what: $label', ({ answers, label }) => {
  const plan = shown(planStep(gpuPlugin, testDesired(gpus), 'd1', { d1: answers }))
  expect(plan.includes('+ run label node w1 nvidia.com/gpu.present=true')).toBe(label)
})
