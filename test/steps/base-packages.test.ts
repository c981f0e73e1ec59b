import { expect, it } from 'vitest'
import { appArmor } from '../../src/facts/apparmor.ts'
import { command } from '../../src/facts/command.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { basePackages } from '../../src/steps/base-packages.ts'
import { type Answer, is, shown } from '../helpers/fake-facts.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { planStep } from '../helpers/plan-step.ts'
import { testDesired } from '../helpers/test-cluster.ts'

const BASE = ['ca-certificates', 'curl', 'iptables', 'conntrack'].map((name) =>
  is(installedPackage(name), '1'),
)
const enforced = is(appArmor, true)

it.each<{ what: string; answers: readonly Answer[]; plan: string[] }>([
  { what: 'nothing', answers: [], plan: ['+ packages install ca-certificates, curl, iptables, conntrack'] },
  { what: 'all packages', answers: BASE, plan: [] },
  {
    what: 'all but conntrack',
    answers: [...BASE, is(installedPackage('conntrack'), undefined)],
    plan: ['+ packages install conntrack'],
  },
  {
    what: 'AppArmor in the kernel without its parser',
    answers: [...BASE, enforced],
    plan: ['+ packages install apparmor'],
  },
  {
    what: 'AppArmor and its parser',
    answers: [...BASE, enforced, is(command('apparmor_parser'), '/usr/sbin/apparmor_parser')],
    plan: [],
  },
])('installs on a machine with $what: $plan', ({ answers, plan }) => {
  expect(shown(planStep(basePackages, testDesired(), 'w1', { w1: answers }))).toEqual(plan)
})

it.each([
  { text: 'enabled=Y', value: true },
  { text: 'enabled=N', value: false },
  { text: '', value: false },
])('reads AppArmor from "$text": $value', ({ text, value }) => {
  expect(parseFact(appArmor, text)).toBe(value)
})
