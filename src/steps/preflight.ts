import type { Finding, PlanContext, Step } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { apt } from '../facts/apt.ts'
import { command } from '../facts/command.ts'
import { disk } from '../facts/disk.ts'
import { file } from '../facts/file.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { owned } from '../facts/owned.ts'
import { listeningPorts } from '../facts/ports.ts'
import { system } from '../facts/system.ts'

type Rule = (contexts: readonly PlanContext[]) => Finding[]

/** The guide's minima; memory with room for what firmware and kernel keep for themselves. */
const MINIMUM = { cpus: 2, memoryMiB: 4096 * 0.9, diskMiB: 10 * 1024 }

/** Releases that the guide supports, and Debian of the same age. */
const RELEASES: Readonly<Record<string, number>> = { ubuntu: 16.04, debian: 9 }

/** More than this apart, joining certificates are "not yet valid", s. */
const SKEW = 30

const DATA = '/var/lib/rancher'
const K3S = '/usr/local/bin/k3s'

/** Looks at everything that would make a later step fail, on all hosts, before the first change. */
export const preflight: Step = {
  id: 'preflight',
  title: 'Check the machines',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [system, addresses, apt, owned, listeningPorts, disk(DATA), file(K3S), ...TOOLS.map(command)],
  check: (contexts) => RULES.flatMap((rule) => rule(contexts)),
  plan: () => [],
}

const TOOLS = ['ip', 'setsid', 'flock', 'systemd-run', 'sha256sum']

const each =
  (
    rule: (
      context: PlanContext,
    ) => readonly (Omit<Finding, 'host' | 'level'> & { level?: Finding['level'] })[],
  ): Rule =>
  (contexts) =>
    contexts.flatMap((context) =>
      rule(context).map((found) => ({ level: 'error', ...found, host: context.host.name }) as Finding),
    )

const RULES: readonly Rule[] = [
  each(({ facts }) => {
    const { os } = facts.get(system)
    const oldest = RELEASES[os.id]
    if (oldest !== undefined && Number(os.version) >= oldest) return []
    return [
      {
        id: 'os',
        message: `${os.name || 'an unknown system'} is not supported`,
        hint: 'Ubuntu 16.04 or newer (or Debian 9 or newer) is needed',
      },
    ]
  }),
  each(({ facts }) => {
    const { cpus, memoryMiB, systemd } = facts.get(system)
    const { freeMiB, mount, sizeMiB } = facts.get(disk(DATA))
    return [
      ...(cpus < MINIMUM.cpus
        ? [
            {
              id: 'cpu',
              message: `${cpus} processor core; ${MINIMUM.cpus} are needed`,
              hint: 'give the machine more',
            },
          ]
        : []),
      ...(memoryMiB < MINIMUM.memoryMiB
        ? [
            {
              id: 'memory',
              message: `${memoryMiB} MiB of memory; 4 GiB are needed`,
              hint: 'give the machine more',
            },
          ]
        : []),
      ...(sizeMiB < MINIMUM.diskMiB
        ? [
            {
              id: 'disk',
              message: `${mount} has ${sizeMiB} MiB; ${MINIMUM.diskMiB} MiB are needed`,
              hint: `enlarge it, or mount a larger disk at ${DATA}`,
            },
          ]
        : []),
      ...(sizeMiB >= MINIMUM.diskMiB && freeMiB < 1024
        ? [{ id: 'disk', message: `${mount} has only ${freeMiB} MiB free`, hint: 'free some room' }]
        : []),
      ...(systemd
        ? []
        : [
            {
              id: 'systemd',
              message: 'the machine does not run systemd',
              hint: 'K3s is run by systemd here',
            },
          ]),
    ]
  }),
  each(({ facts }) => {
    const missing = TOOLS.filter((tool) => facts.get(command(tool)) === undefined)
    return missing.length === 0
      ? []
      : [
          {
            id: 'tools',
            message: `missing: ${missing.join(', ')}`,
            hint: 'install iproute2, util-linux, coreutils and systemd',
          },
        ]
  }),
  each(({ facts }) => {
    const { present, broken } = facts.get(apt)
    if (!present) return [{ id: 'apt', message: 'there is no apt-get', hint: 'Ubuntu or Debian is needed' }]
    return broken && facts.get(owned).packages.length === 0
      ? [
          {
            id: 'dpkg',
            message: `dpkg was interrupted: ${broken.split('\n')[0]}`,
            hint: 'run `sudo dpkg --configure -a` on it',
          },
        ]
      : []
  }),
  each(({ host, facts }) => {
    const found = facts.get(addresses)
    if (nodeAddress(host, found)) return []
    const { my_iface } = host.settings
    const there =
      [...found.interfaces].map(([name, ips]) => `${name} (${ips.join(', ')})`).join(', ') || 'none'
    return [
      {
        id: 'interface',
        message: `${my_iface ? `the interface ${my_iface}` : 'the interface to the private network'} has no IPv4 address`,
        hint: `set my_iface to one of: ${there}`,
      },
    ]
  }),
  each(({ facts }) =>
    facts.get(file(K3S)) && !facts.get(owned).files.includes(K3S)
      ? [
          {
            id: 'foreign-k3s',
            message: `${K3S} is there, and convecthub did not put it there`,
            hint: 'uninstall that K3s first (k3s-uninstall.sh or k3s-agent-uninstall.sh)',
          },
        ]
      : [],
  ),
  each(({ host, facts, cluster }) => {
    const wanted = [
      cluster.httpPort,
      cluster.httpsPort,
      10250,
      ...(host.role === 'driver' ? [6443] : []),
      ...(host.role === 'driver' && cluster.drivers.length > 1 ? [2379, 2380] : []),
      ...(host.registry ? [5000] : []),
    ]
    const listening = facts.get(listeningPorts)
    if (facts.get(owned).files.includes(K3S)) return []
    return wanted
      .filter((port) => listening.has(port))
      .map((port) => ({
        id: 'port',
        message: `port ${port} is taken by ${listening.get(port)}`,
        hint:
          port === cluster.httpPort || port === cluster.httpsPort
            ? 'stop it, or set http_port and https_port'
            : 'stop it: K3s needs this port',
      }))
  }),
  each(({ host, facts, bundle }) => {
    const { architecture } = facts.get(system)
    if (
      !bundle ||
      bundle.files.some(
        ({ kind, architecture: a, roles }) =>
          kind === 'k3s' && a === architecture && roles.includes(host.role),
      )
    )
      return []
    return [
      {
        id: 'bundle',
        message: `the bundle has no K3s for ${architecture}`,
        hint: 'add it to the bundle and its bundle.lock.yaml',
      },
    ]
  }),
  each(({ facts }) =>
    facts.get(system).machineId
      ? []
      : [
          {
            id: 'machine-id',
            message: '/etc/machine-id is empty',
            hint: 'run `sudo systemd-machine-id-setup` on it',
          },
        ],
  ),
  unique(
    'address',
    'the node address',
    ({ host, facts }) => nodeAddress(host, facts.get(addresses))?.ip,
    'my_iface must be the interface on the private network',
  ),
  unique(
    'hostname',
    'the hostname',
    ({ facts }) => facts.get(system).hostname.toLowerCase(),
    'rename one: `sudo hostnamectl set-hostname NAME`',
  ),
  unique(
    'machine-id',
    '/etc/machine-id',
    ({ facts }) => facts.get(system).machineId,
    'a cloned machine: `sudo rm /etc/machine-id && sudo systemd-machine-id-setup`, then reboot',
  ),
  (contexts) => {
    const clocks = contexts.map(({ facts }) => facts.get(system).clock).sort((a, b) => a - b)
    const median = clocks[Math.floor(clocks.length / 2)] ?? 0
    return contexts.flatMap(({ host, facts }) => {
      const off = facts.get(system).clock - median
      return Math.abs(off) <= SKEW
        ? []
        : [
            {
              level: 'error',
              id: 'clock',
              host: host.name,
              message: `the clock is ${Math.abs(off)} s ${off < 0 ? 'behind' : 'ahead of'} the other machines'`,
              hint: 'set it: `sudo date -s …`, or point all machines at one time server',
            },
          ]
    })
  },
]

/** No two hosts may have the same of this. */
function unique(
  id: string,
  what: string,
  value: (context: PlanContext) => string | undefined,
  hint: string,
): Rule {
  return (contexts) => {
    const seen = new Map<string, string>()
    return contexts.flatMap((context): Finding[] => {
      const own = value(context)
      if (!own) return []
      const other = seen.get(own)
      if (other === undefined) {
        seen.set(own, context.host.name)
        return []
      }
      return [
        {
          level: 'error',
          id,
          host: context.host.name,
          message: `${what} ${own} is also that of ${other}`,
          hint,
        },
      ]
    })
  }
}
