import { expect, it } from 'vitest'
import { gpu } from '../../src/facts/gpu.ts'
import { system } from '../../src/facts/system.ts'
import { nvidia } from '../../src/steps/nvidia.ts'
import { contextOf, gpuOf, is, shown, systemOf } from '../helpers/fake-facts.ts'
import { knownOf, planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const card = { cards: ['0000:01:00.0'] }
const debian = { id: 'debian', like: [], version: '12', name: 'Debian GNU/Linux 12', codename: 'bookworm' }
const gpus = testDesired({ workers: ['w1', 'w2'], settings: { w1: { has_gpu: true } } })
const DRIVER = [
  '+ packages install ubuntu-drivers-common',
  '+ run install the NVIDIA driver that ubuntu-drivers chooses for servers',
]
const TOOLKIT = '+ packages install nvidia-container-toolkit'

it.each([
  { what: 'nothing but the card', found: card, plan: [...DRIVER, TOOLKIT] },
  { what: 'a driver', found: { ...card, driver: '535.183.01' }, plan: [TOOLKIT] },
  { what: 'the toolkit', found: { ...card, runtime: true }, plan: DRIVER },
  { what: 'both', found: { ...card, driver: '535.183.01', runtime: true }, plan: [] },
])('installs on a GPU machine with $what: $plan', ({ found, plan }) => {
  expect(shown(planStep(nvidia, gpus, 'w1', { w1: [is(gpu, gpuOf(found))] }))).toEqual(plan)
})

it.each([
  { settings: { w1: { has_gpu: true } }, hosts: ['w1'] },
  { settings: { w1: { has_gpu: true, install_nvidia_driver: false } }, hosts: [] },
  { settings: {}, hosts: [] },
])('with $settings, installs the driver on $hosts', ({ settings, hosts }) => {
  expect(nvidia.hosts(testDesired({ settings })).map(({ name }) => name)).toEqual(hosts)
})

it.each([
  { what: 'no card', found: {}, ids: ['gpu'] },
  { what: 'a card', found: card, ids: [] },
  { what: 'nouveau on the card', found: { ...card, nouveau: true }, ids: ['nouveau'] },
  { what: 'nouveau beside the driver', found: { ...card, nouveau: true, driver: '535.1' }, ids: [] },
  { what: 'Debian', found: { ...card, nouveau: true }, os: debian, ids: ['nvidia-driver'] },
  { what: 'Debian and the driver', found: { ...card, driver: '535.1' }, os: debian, ids: [] },
])('checks a GPU machine with $what: $ids', ({ found, os, ids }) => {
  const answers = [is(gpu, gpuOf(found)), is(system, systemOf(os && { os }))]
  const context = contextOf(nvidia, gpus, 'w1', knownOf(gpus, { w1: answers }))
  const findings = nvidia.check?.([context]) ?? []
  expect(findings.map(({ id }) => id)).toEqual(ids)
  expect(findings.every(({ level, host, hint }) => level === 'error' && host === 'w1' && hint !== '')).toBe(
    true,
  )
})
