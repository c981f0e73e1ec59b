import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { labIdentity } from '../../src/lab/lab-identity.ts'
import type { Lab } from './lab.ts'

/** The network of a lab from which nothing gets out. */
export interface ClosedNetwork {
  /** How many packets somebody on it has sent to begin something elsewhere; they were dropped. */
  packetsOut(): number
  /** Addresses outside: this computer's, and one behind it that nobody has. */
  outside: readonly string[]
  open(): void
}

/**
 * Closes the network of a lab: its machines reach each other, and answer this computer. Whatever they begin with this
 * computer or with anything behind it is dropped and counted.
 */
export function closeNetwork(lab: Lab): ClosedNetwork {
  const { id, prefix } = labIdentity(join(lab.folder, 'lab'))
  const inspect = (network: string, format: string) =>
    run('docker', ['network', 'inspect', '--format', format, network]).trim()
  const bridge = `br-${inspect(prefix, '{{.Id}}').slice(0, 12)}`
  const subnets = [prefix, 'bridge'].map((name) => inspect(name, '{{(index .IPAM.Config 0).Subnet}}'))
  const outside = ['1', '254'].map((end, i) => `${subnets[i]?.replace(/\d+\/\d+$/, '')}${end}`)
  const chain = `CVH-CLOSED-${id}`
  const jumps = [
    ['DOCKER-USER', '-i', bridge, '!', '-o', bridge, '-j', chain],
    ['INPUT', '-i', bridge, '-j', chain],
  ]
  const rules = [
    '-m conntrack --ctstate ESTABLISHED,RELATED -j RETURN',
    // tells its own link which groups a machine listens to
    '-p igmp -j RETURN',
    // what is left of a connection that this computer has ended
    '-p tcp ! --syn -j RETURN',
    '-j DROP',
  ]
  const iptables = (...args: readonly string[]) => run('iptables', ['-w', ...args])
  const open = () => {
    for (const jump of jumps) tryTo(() => iptables('-D', ...jump))
    tryTo(() => iptables('-F', chain))
    tryTo(() => iptables('-X', chain))
  }
  try {
    iptables('-N', chain)
    for (const rule of rules) iptables('-A', chain, ...rule.split(' '))
    for (const jump of jumps) iptables('-I', ...jump)
  } catch (error) {
    open()
    throw error
  }
  return {
    packetsOut: () => Number(/^ *(\d+) +\d+ +DROP /m.exec(iptables('-nvxL', chain))?.[1]),
    outside,
    open,
  }
}

function run(program: string, args: readonly string[]): string {
  return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' })
}

function tryTo(act: () => unknown): void {
  try {
    act()
  } catch {
    // was not there
  }
}
