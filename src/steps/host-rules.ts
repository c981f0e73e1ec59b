import type { ClusterHost } from '../cluster/cluster.ts'
import type { Distribution } from '../distribution/distribution.ts'
import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { Finding, PlanContext } from '../engine/step.ts'
import type { FindingId } from '../error-codes.ts'
import { addresses } from '../facts/addresses.ts'
import { command } from '../facts/command.ts'
import { disk } from '../facts/disk.ts'
import type { Fact } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { K3S, PROGRAM_FOLDER, RANCHER, TOOL_FOLDER } from '../layout.ts'
import { quote } from '../sh.ts'
import { ownsK3s } from './artifacts.ts'
import { bundledRegistry } from './registry-host.ts'

/** The guide's minima. Memory is 10 % lower, since firmware and kernel reserve some. */
const MINIMUM = { cpus: 2, memoryMiB: 4096 * 0.9 }

/** Folders that programs run from: K3s and what it unpacks, and helm on drivers. Containers have their own mounts. */
const programFolders = ({ role }: ClusterHost) => [
  RANCHER,
  PROGRAM_FOLDER,
  ...(role === 'driver' ? [TOOL_FOLDER] : []),
]

const TOOLS = ['ip', 'setsid', 'flock', 'systemd-run', 'sha256sum']

/** The facts that the rules read. */
export function hostFacts(host: ClusterHost): readonly Fact<unknown>[] {
  const general = [system, addresses, owned, file(K3S), ...DISTRIBUTIONS.map(({ manager }) => manager.fact)]
  return [...general, ...programFolders(host).map(disk), ...TOOLS.map(command)]
}

/** A requirement on a single host. */
export interface HostRule {
  id: FindingId
  /** Default: error. */
  level?: Finding['level']
  /** What is wrong, as one message or several; empty, undefined or false when the requirement is met. */
  wrong(context: PlanContext): readonly string[] | string | false | undefined
  /** What to do about it. */
  hint: string | ((context: PlanContext) => string)
}

export const HOST_RULES: readonly HostRule[] = [
  {
    id: 'os',
    wrong: ({ facts }) => {
      const { os } = facts.get(system)
      const oldest = distributionOf({ os }).oldest[os.id]
      const known = oldest !== undefined && Number(os.version) >= oldest
      return !known && `${os.name || 'an unknown system'} is not supported`
    },
    hint: `${DISTRIBUTIONS.map(({ supported }) => supported).join(', or ')} is needed`,
  },
  {
    id: 'cpu',
    wrong: ({ facts }) => {
      const { cpus } = facts.get(system)
      return cpus < MINIMUM.cpus && `${cpus} processor core; ${MINIMUM.cpus} are needed`
    },
    hint: 'give the machine more',
  },
  {
    id: 'memory',
    wrong: ({ facts }) => {
      const { memoryMiB } = facts.get(system)
      return memoryMiB < MINIMUM.memoryMiB && `${memoryMiB} MiB of memory; 4 GiB are needed`
    },
    hint: 'give the machine more',
  },
  {
    id: 'noexec',
    wrong: (context) =>
      noexecFolders(context).map(
        ([path, mount]) => `${mount} is mounted with noexec, and programs are run from ${path}`,
      ),
    hint: (context) => {
      const mounts = [...new Set(noexecFolders(context).map(([, mount]) => mount))]
      const commands = mounts.map((mount) => `\`sudo mount -o remount,exec ${quote(mount)}\``)
      return `${commands.join(' and ')}, and take noexec out of /etc/fstab; or mount a file system of its own there`
    },
  },
  {
    id: 'systemd',
    wrong: ({ facts }) => !facts.get(system).systemd && 'the machine does not run systemd',
    hint: 'K3s is run by systemd here',
  },
  {
    id: 'tools',
    wrong: ({ facts }) => {
      const missing = TOOLS.filter((tool) => facts.get(command(tool)) === undefined)
      return missing.length > 0 && `missing: ${missing.join(', ')}`
    },
    hint: 'install iproute2, util-linux, coreutils and systemd',
  },
  ...DISTRIBUTIONS.flatMap(managerRules),
  {
    id: 'interface',
    wrong: ({ host, facts }) => {
      const { my_iface } = host.settings
      const which = my_iface ? `the interface ${my_iface}` : 'the interface to the private network'
      return !nodeAddress(host, facts.get(addresses)) && `${which} has no IPv4 address`
    },
    hint: ({ facts }) => {
      const there = [...facts.get(addresses).interfaces].map(([name, ips]) => `${name} (${ips.join(', ')})`)
      return `set my_iface to one of: ${there.join(', ') || 'none'}`
    },
  },
  {
    id: 'node-address',
    wrong: (context) => !context.host.settings.my_iface && addressMismatch(context),
    hint: 'set my_iface to the interface that the other machines reach it by',
  },
  {
    id: 'node-address',
    level: 'warning',
    wrong: (context) => context.host.settings.my_iface !== undefined && addressMismatch(context),
    hint: 'this is right if ssh takes another way than the machines among each other, such as a forwarded port',
  },
  {
    id: 'foreign-k3s',
    wrong: ({ facts }) =>
      facts.get(file(K3S)) &&
      !ownsK3s(facts.get(owned)) &&
      `${K3S} is there, and convecthub did not put it there`,
    hint: 'uninstall that K3s first (k3s-uninstall.sh or k3s-agent-uninstall.sh)',
  },
  {
    id: 'registry',
    wrong: (context) =>
      context.cluster.registry === context.host &&
      context.bundle &&
      !bundledRegistry(context) &&
      `[registry] puts an image registry here, and the bundle has no registry program for ${context.facts.get(system).architecture}`,
    hint: 'add the line `registry: v3.0.0` to bundle.yaml, then: convecthub bundle pull; or take the group [registry] out of the inventory',
  },
  {
    id: 'machine-id',
    wrong: ({ facts }) => !facts.get(system).machineId && '/etc/machine-id is empty',
    hint: 'run `sudo systemd-machine-id-setup` on it',
  },
]

/** Rules about a distribution's package manager, for the hosts with this distribution. */
function managerRules(distribution: Distribution): HostRule[] {
  const { fact, missing, broken } = distribution.manager
  const isHere = ({ facts }: PlanContext) => distributionOf(facts.get(system)) === distribution
  return [
    {
      id: missing.id,
      wrong: (context) => isHere(context) && !context.facts.get(fact).present && missing.message,
      hint: missing.hint,
    },
    {
      id: broken.id,
      wrong: (context) => {
        const { facts } = context
        const manager = facts.get(fact)
        // if an interrupted run of ours left it, the step for packages repairs it
        const theirs = manager.present && manager.broken && facts.get(owned).packages.length === 0
        return isHere(context) && theirs && `${broken.message}: ${manager.broken.split('\n')[0]}`
      },
      hint: broken.hint,
    },
  ]
}

/** The folders that programs cannot run from (noexec), each with its mount point. */
function noexecFolders({ host, facts }: PlanContext): [path: string, mount: string][] {
  return programFolders(host).flatMap((path) => {
    const { mount, options } = facts.get(disk(path))
    return options.includes('noexec') ? [[path, mount]] : []
  })
}

/**
 * Finds a driver that reports another address than the one ssh reached it at. The other machines connect to the
 * reported address, so a wrong one could send them to anybody. Only a numeric address can be compared.
 */
function addressMismatch({ host, facts, cluster }: PlanContext): string | false {
  const interfaces = facts.get(addresses)
  const told = nodeAddress(host, interfaces)
  const asked = cluster.drivers.includes(host)
  const known = [...interfaces.interfaces.values()].some((ips) => ips.includes(host.address))
  if (!asked || !told || known || !/^[\d.]+$/.test(host.address)) return false
  return `it was reached at ${host.address}, and says that it is ${told.ip} (${told.iface}), where the others would be sent`
}
