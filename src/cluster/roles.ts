import type { ConvecthubError } from '../errors.ts'
import { nearest } from '../inventory/edit-distance.ts'
import type { Host, Inventory } from '../inventory/inventory.ts'
import type { Role } from './cluster.ts'
import { clusterProblem } from './cluster-problem.ts'
import { ofOneLine } from './of-one-line.ts'

/** The inventory's groups for each role; the guide also calls drivers `master`. */
const GROUPS: Readonly<Record<Role, readonly string[]>> = { driver: ['driver', 'master'], worker: ['worker'] }

/** What other tools call the groups for each role. */
const ELSEWHERE: Readonly<Record<Role, RegExp>> = {
  driver: /^(k3s_|kube_)?(servers?|control_?planes?|managers?|masters|drivers)$/i,
  worker: /^(k3s_|kube_)?(agents?|nodes?|workers)$/i,
}

/** All roles that the groups of a host give it. A host that has both becomes a driver. */
export function rolesOf({ groups }: Pick<Host, 'groups'>): Role[] {
  return (['driver', 'worker'] as const).filter((role) => GROUPS[role].some((name) => groups.includes(name)))
}

/** The machines in the group registry; the first serves the images of the bundle. */
export function inRegistry(hosts: readonly Host[]): Host[] {
  return hosts.filter(({ groups }) => groups.includes('registry'))
}

/**
 * What is wrong with the roles: hosts that have none, and no driver at all. A group whose name was probably meant to
 * give a role is told once, at its own line. Errors: NO_ROLE, NO_DRIVER.
 */
export function roleProblems({ hosts, groups }: Inventory): ConvecthubError[] {
  const misnamed = new Map<string, string>()
  const without: Host[] = []
  for (const host of hosts.values()) {
    if (rolesOf(host).length > 0) continue
    const group = host.groups.find((name) => meantGroup(name) !== undefined)
    if (group !== undefined) misnamed.set(group, meantGroup(group) ?? '')
    else without.push(host)
  }
  const problems = ofOneLine(without).map(({ first, names, many }) =>
    clusterProblem(
      'NO_ROLE',
      `${names} ${many ? 'are' : 'is'} in none of the groups driver and worker`,
      first.origin,
      first.groups.includes('registry')
        ? `the registry runs on a machine of the cluster: put ${many ? 'them' : 'it'} under [driver] or [worker], too`
        : `put ${many ? 'them' : 'it'} under [driver] or [worker], or take ${many ? 'them' : 'it'} out`,
    ),
  )
  for (const [name, meant] of misnamed)
    problems.push(
      clusterProblem(
        'NO_ROLE',
        `the group ${name} gives its machines no role: the groups are driver and worker`,
        groups.get(name)?.origin,
        `did you mean [${meant}] instead of [${name}]?`,
      ),
    )
  const driverMeant = [...misnamed.values()].some((name) => GROUPS.driver.includes(name))
  if (hosts.size > 0 && !driverMeant && ![...hosts.values()].some((host) => rolesOf(host)[0] === 'driver'))
    problems.push(
      clusterProblem(
        'NO_DRIVER',
        'no host is in the group `driver`',
        undefined,
        'put the machine that runs the control plane under [driver]',
      ),
    )
  return problems
}

/** The group that a name was probably meant to be. */
function meantGroup(name: string): string | undefined {
  const role = (['driver', 'worker'] as const).find((each) => ELSEWHERE[each].test(name))
  return role ?? nearest(name.toLowerCase(), Object.values(GROUPS).flat())
}
