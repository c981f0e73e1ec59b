import { readFileSync } from 'node:fs'
import { chooseSubnet, parseRoutes } from './choose-subnet.ts'
import { docker, LAB_LABEL, lines, tryDocker } from './docker.ts'
import type { Emit } from './lab-event.ts'
import type { LabIdentity } from './lab-identity.ts'

const SUBNETS = '{{range .IPAM.Config}}{{println .Subnet}}{{end}}'
const TRIES = 5

/** The subnet of the lab's network, which is made if it is not there. */
export async function ensureNetwork(lab: LabIdentity, emit: Emit): Promise<string> {
  const refused: string[] = []
  for (let attempt = 1; ; attempt++) {
    const existing = await networkSubnet(lab)
    if (existing !== undefined) return existing
    const subnet = chooseSubnet([...(await takenSubnets()), ...refused], lab.id)
    const label = `${LAB_LABEL}=${lab.id}`
    const args = ['network', 'create', '--driver', 'bridge', '--subnet', subnet, '--label', label, lab.prefix]
    // Another lab may have taken the same subnet since we looked: look again.
    if (attempt < TRIES && (await tryDocker(args)).code !== 0) refused.push(subnet)
    else if (attempt === TRIES) await docker(args)
    emit({ task: 'network', text: `network ${subnet}` })
  }
}

/** The subnet of the lab's network; undefined when there is none. */
export async function networkSubnet(lab: LabIdentity): Promise<string | undefined> {
  const result = await tryDocker(['network', 'inspect', '--format', SUBNETS, lab.prefix])
  return result.code === 0 ? lines(result.stdout.trim())[0] : undefined
}

async function takenSubnets(): Promise<string[]> {
  const ids = lines(await docker(['network', 'ls', '--quiet']))
  // A network that is removed meanwhile makes inspect fail, but the others are printed.
  const networks = await tryDocker(['network', 'inspect', '--format', SUBNETS, ...ids])
  return [...lines(networks.stdout), ...readRoutes()]
}

function readRoutes(): string[] {
  try {
    return parseRoutes(readFileSync('/proc/net/route', 'utf8'))
  } catch {
    // Not Linux: docker's own networks are all there is to avoid.
    return []
  }
}
