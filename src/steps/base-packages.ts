import type { Step } from '../engine/step.ts'
import { appArmor } from '../facts/apparmor.ts'
import { command } from '../facts/command.ts'
import type { Facts } from '../facts/fact.ts'
import { installedPackage } from '../facts/packages.ts'

/** What K3s and convecthub's own checks call: iptables for pods, curl for the login page, conntrack for kube-proxy. */
const PACKAGES = ['ca-certificates', 'curl', 'iptables', 'conntrack']

/** The few packages that K3s and the checks need. */
export const basePackages: Step = {
  id: 'packages',
  title: 'Install base packages',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [...PACKAGES.map(installedPackage), appArmor, command('apparmor_parser')],
  plan: ({ facts }) => {
    const names = [
      ...PACKAGES.filter((name) => facts.get(installedPackage(name)) === undefined),
      ...(lacksProfiles(facts) ? ['apparmor'] : []),
    ]
    return names.length === 0
      ? []
      : [{ kind: 'packages', sign: '+', title: `install ${names.join(', ')}`, names }]
  },
}

/** Where the kernel has AppArmor, containerd loads a profile for each pod, and no pod starts where it cannot. */
function lacksProfiles(facts: Facts): boolean {
  return facts.get(appArmor) && facts.get(command('apparmor_parser')) === undefined
}
