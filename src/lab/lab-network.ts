import { chooseSubnet, parseRoutes } from './choose-subnet.ts'
import { docker, LAB_LABEL, lines, tryDocker } from './docker.ts'
import type { Emit } from './emit.ts'
import type { LabIdentity } from './lab-identity.ts'
import { readOr } from './read-or.ts'

const SUBNETS = '{{range .IPAM.Config}}{{println .Subnet}}{{end}}'
const TRIES = 5

/** Creates the lab's network if necessary and returns its subnet. */
export async function ensureNetwork(lab: LabIdentity, emit: Emit): Promise<string> {
  const refused: string[] = []
  for (let attempt = 1; ; attempt++) {
    const existing = await networkSubnet(lab)
    if (existing !== undefined) return existing
    const subnet = chooseSubnet([...(await takenSubnets()), ...refused], lab.id)
    const label = `${LAB_LABEL}=${lab.id}`
    const args = ['network', 'create', '--driver', 'bridge', '--subnet', subnet, '--label', label, lab.prefix]
    // another lab may have taken the subnet since the last look: try again
    if (attempt < TRIES && (await tryDocker(args)).code !== 0) refused.push(subnet)
    else if (attempt === TRIES) await docker(args)
    emit(`network ${subnet}`)
  }
}

/** The subnet of the lab's network. Undefined when there is no network. */
export async function networkSubnet(lab: LabIdentity): Promise<string | undefined> {
  const result = await tryDocker(['network', 'inspect', '--format', SUBNETS, lab.prefix])
  return result.code === 0 ? lines(result.stdout.trim())[0] : undefined
}

async function takenSubnets(): Promise<string[]> {
  const ids = lines(await docker(['network', 'ls', '--quiet']))
  // inspect fails when a network has just been removed, but still prints the others
  const networks = await tryDocker(['network', 'inspect', '--format', SUBNETS, ...ids])
  // without routes (not on Linux) only Docker's own networks are avoided
  return [...lines(networks.stdout), ...parseRoutes(readOr('/proc/net/route'))]
}
