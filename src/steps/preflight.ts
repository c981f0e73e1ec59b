import type { Finding, PlanContext, Step } from '../engine/step.ts'
import type { FindingId } from '../error-codes.ts'
import { addresses } from '../facts/addresses.ts'
import { clock } from '../facts/clock.ts'
import { clusterData } from '../facts/cluster-data.ts'
import { nodeAddress } from '../facts/node-address.ts'
import { system } from '../facts/system.ts'
import { volumes } from '../facts/volumes.ts'
import { bundleFindings } from './bundle-rules.ts'
import { clusterFindings, FOUNDED_RULES } from './cluster-rules.ts'
import { HOST_RULES, type HostRule, hostFacts } from './host-rules.ts'
import { archiveFacts } from './image-archives.ts'
import { IMAGE_RULES } from './image-rules.ts'
import { leadFacts } from './lead.ts'
import { askedPorts, PORT_RULES } from './port-rules.ts'
import { SPACE_RULES, spaceFacts } from './space-rules.ts'

/** If clocks differ by more than this, the certificates of joining nodes are "not yet valid", s. */
const SKEW = 30

/** Checks all hosts for everything that would make a later step fail, before the first change. */
export const preflight: Step = {
  id: 'preflight',
  title: 'Check the machines',
  hosts: ({ cluster }) => cluster.hosts,
  // drivers know whether there is a cluster already
  asks: (_host, { cluster }) => cluster.drivers,
  facts: (host, desired) => [
    clock,
    clusterData,
    volumes,
    ...leadFacts(host, desired.cluster),
    askedPorts(host, desired.cluster),
    ...hostFacts(host),
    ...archiveFacts(host, desired),
    ...spaceFacts(host, desired),
  ],
  check: (contexts) => [
    ...[...HOST_RULES, ...SPACE_RULES, ...IMAGE_RULES, ...PORT_RULES].flatMap((rule) =>
      brokenBy(rule, contexts),
    ),
    ...bundleFindings(contexts),
    ...[...FOUNDED_RULES.flatMap((rule) => brokenBy(rule, contexts)), ...clusterFindings(contexts)].map(
      (finding) => ({ ...finding, firm: true }),
    ),
    ...FLEET_RULES.flatMap((rule) => sharedBy(rule, contexts)),
    ...wrongClocks(contexts),
  ],
  plan: () => [],
}

/** A value that no two hosts may have in common. */
interface FleetRule {
  id: FindingId
  level: Finding['level']
  what: string
  value(context: PlanContext): string | undefined
  hint: string
}

const FLEET_RULES: readonly FleetRule[] = [
  {
    id: 'address',
    level: 'error',
    what: 'the node address',
    value: ({ host, facts }) => nodeAddress(host, facts.get(addresses))?.ip,
    hint: 'my_iface must be the interface on the private network',
  },
  {
    id: 'hostname',
    // only a warning, since nodes are named after the inventory
    level: 'warning',
    what: 'the hostname',
    value: ({ facts }) => facts.get(system).hostname.toLowerCase(),
    hint: 'rename one: `sudo hostnamectl set-hostname NAME`',
  },
  {
    id: 'machine-id',
    level: 'error',
    what: '/etc/machine-id',
    value: ({ facts }) => facts.get(system).machineId,
    hint: 'a cloned machine: `sudo rm /etc/machine-id && sudo systemd-machine-id-setup`, then reboot',
  },
]

function brokenBy(
  { id, level = 'error', wrong, hint }: HostRule,
  contexts: readonly PlanContext[],
): Finding[] {
  return contexts.flatMap((context) =>
    [wrong(context) || []].flat().map((message) => ({
      level,
      id,
      host: context.host.name,
      message,
      hint: typeof hint === 'string' ? hint : hint(context),
    })),
  )
}

function sharedBy({ id, level, what, value, hint }: FleetRule, contexts: readonly PlanContext[]): Finding[] {
  const seen = new Map<string, string>()
  return contexts.flatMap((context) => {
    const host = context.host.name
    const text = value(context)
    const other = text && seen.get(text)
    if (text && !other) seen.set(text, host)
    return other ? [{ level, id, host, message: `${what} ${text} is also that of ${other}`, hint }] : []
  })
}

/** Compares each clock's offset from ours with the median of all, which a single wrong clock cannot move far. */
function wrongClocks(contexts: readonly PlanContext[]): Finding[] {
  const aheadOfUs = ({ facts }: PlanContext) => (facts.get(clock) ?? Number.NaN) - facts.at / 1000
  const offsets = contexts
    .map(aheadOfUs)
    .filter(Number.isFinite)
    .sort((a, b) => a - b)
  // with an even number of hosts our own clock takes part, to show which of two is wrong
  const voters = offsets.length % 2 === 0 ? [...offsets, 0].sort((a, b) => a - b) : offsets
  const median = voters[Math.floor(voters.length / 2)] ?? 0
  return contexts.flatMap((context) => {
    const off = Math.round(aheadOfUs(context) - median)
    if (Math.abs(off) <= SKEW) return []
    const which = off < 0 ? 'behind' : 'ahead of'
    return [
      {
        level: 'error',
        id: 'clock',
        host: context.host.name,
        message: Number.isNaN(off)
          ? 'the clock cannot be read'
          : `the clock is ${Math.abs(off)} s ${which} the other machines'`,
        hint: 'set it: `sudo date -s …`, or point all machines at one time server',
      },
    ]
  })
}
