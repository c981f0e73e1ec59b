import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { Step } from '../engine/step.ts'
import { appArmor } from '../facts/apparmor.ts'
import { command } from '../facts/command.ts'
import type { Facts } from '../facts/fact.ts'
import { system } from '../facts/system.ts'
import { usesBundle } from './bundled-packages.ts'

/** Installs the few packages that K3s and convecthub's checks need. */
export const basePackages: Step = {
  id: 'packages',
  title: 'Install base packages',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [
    system,
    ...DISTRIBUTIONS.flatMap(({ packages, installed }) => packages.base.map(installed)),
    appArmor,
    command('apparmor_parser'),
  ],
  plan: ({ facts, host }) => {
    const { packages, installed, install } = distributionOf(facts.get(system))
    const names = [
      ...packages.base.filter((name) => facts.get(installed(name)) === undefined),
      ...(lacksProfiles(facts) ? [packages.appArmor] : []),
    ]
    return names.length === 0 ? [] : [install(names, { bundled: usesBundle(host) })]
  },
}

/** With AppArmor in the kernel, containerd loads a profile for each pod; without the parser no pod starts. */
function lacksProfiles(facts: Facts): boolean {
  return facts.get(appArmor) && facts.get(command('apparmor_parser')) === undefined
}
