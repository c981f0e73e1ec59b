import { expect, it } from 'vitest'
import type { Step } from '../../src/engine/step.ts'
import { file } from '../../src/facts/file.ts'
import { unit } from '../../src/facts/unit.ts'
import { reset } from '../../src/recipes/reset.ts'
import { removePackages, stopK3s } from '../../src/steps/reset.ts'
import { OWN_PATHS } from '../../src/steps/reset-places.ts'
import { type Answer, fileOf, is, leftoversOf, recordOf, shown } from '../helpers/fake-facts.ts'
import { planStep } from '../helpers/plan-step.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

const desired = testDesired()
const K3S = '/usr/local/bin/k3s'
const record = (files: string[], packages: string[] = []) => [
  ...recordOf({ files, packages }),
  is(file('/var/lib/convecthub'), fileOf({ type: 'directory', mode: '755' })),
]
const left = (more: Parameters<typeof leftoversOf>[1]) => leftoversOf(OWN_PATHS, more)
const k3sUnit = (active: string, enabled = true) =>
  is(unit('k3s-agent.service'), { loaded: true, active, enabled, inputs: undefined })
const EVERYTHING = {
  processes: ['1 k3s agent'],
  mounts: ['/run/k3s/x'],
  links: ['cni0', 'flannel.1', 'veth1'],
  rules: ['iptables: 8 lines'],
  paths: ['/etc/rancher', '/var/lib/docker', '/var/lib/rancher'],
}
const on = (step: Step, w1: readonly Answer[], own = desired) => shown(planStep(step, own, 'w1', { w1 }))

it.each(reset)('$id changes nothing on a machine without our record, whatever runs there', (step) => {
  expect(on(step, [k3sUnit('active'), left(EVERYTHING)])).toEqual([])
})

const CLEAN = "- run end pods and K3s's processes; remove mounts, links (cni0, flannel.1) and iptables rules"
const CLEAN_BARE = "- run end pods and K3s's processes; remove mounts, links and iptables rules"
const STOP = '- run stop and disable k3s-agent.service'

it.each<{ what: string; answers: Answer[]; plan: string[] }>([
  { what: 'runs', answers: [k3sUnit('active'), left(EVERYTHING)], plan: [STOP, CLEAN] },
  { what: 'is in a restart loop', answers: [k3sUnit('activating'), left({})], plan: [STOP, CLEAN_BARE] },
  {
    what: 'is stopped but starts at boot',
    answers: [k3sUnit('inactive'), left({})],
    plan: [STOP, CLEAN_BARE],
  },
  {
    what: 'is stopped and has left traces',
    answers: [k3sUnit('failed', false), left(EVERYTHING)],
    plan: [CLEAN],
  },
  {
    what: 'has left only folders',
    answers: [k3sUnit('inactive', false), left({ paths: ['/etc/rancher'] })],
    plan: [],
  },
  { what: 'is gone', answers: [left({})], plan: [] },
])('stops our K3s that $what: $plan', ({ answers, plan }) => {
  expect(on(stopK3s, [...record([K3S]), ...answers])).toEqual(plan)
})

it('stops workers first, then the drivers that joined, the founder last', () => {
  const own = testDesired({ drivers: ['d1', 'd2'], workers: ['w1', 'w2'] })
  const after = (name: string) => stopK3s.after?.(hostOf(own, name), own).map(({ host }) => host)
  expect(after('w1')).toEqual([])
  expect(after('d2')).toEqual(['w1', 'w2'])
  expect(after('d1')).toEqual(['d2', 'w1', 'w2'])
})

const LIST = '/etc/apt/sources.list.d/convecthub-docker.list'

it.each<{ packages: string[]; files?: string[]; plan: string[] }>([
  {
    packages: ['conntrack'],
    files: [LIST, '/etc/apt/sources.list', K3S],
    plan: [`- run remove ${LIST}`, '- run purge conntrack'],
  },
  { packages: [], plan: [] },
  { packages: ['conntrack', 'iptables'], plan: ['- run purge conntrack, iptables'] },
  {
    packages: ['docker.io', 'conntrack'],
    plan: ['- run stop Docker, remove its link and rules', '- run purge docker.io, conntrack'],
  },
])('purges only the packages that we installed: $packages', ({ packages, files = [], plan }) => {
  expect(on(removePackages, record(files, packages))).toEqual(plan)
})
