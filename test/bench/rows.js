// What is measured, and the bounds for the results.
import { converged, first } from './items-rows.js'
import { fleet, help, ping } from './ping-rows.js'
import { roundTrips } from './trips-rows.js'
import { again, gigabit, many, relay, upload } from './upload-rows.js'

/**
 * A line of the table. `of` (ours) and `to` name results. At most one bound: with `slower`, ours is at most that many
 * times the other; with `faster`, the other is at least that many times ours; with `most`, ours is at most that.
 * @typedef {{ what: string, of: string, to?: string, rival?: string, slower?: number, faster?: number, most?: number }} Line
 */

/**
 * A row. `ports` returns how many hosts it needs.
 * @type {{ id: string, title: (sizes: import('./sizes.js').Sizes) => string, ports: (sizes: import('./sizes.js').Sizes) => number, measure: (bench: object) => Promise<Record<string, any>>, lines: Line[] }[]}
 */
export const ROWS = [
  {
    id: 'ping',
    title: ({ hosts }) => `ping ${hosts} hosts`,
    ports: ({ hosts }) => hosts,
    measure: ping,
    lines: [
      { what: 'time', of: 'ours.seconds', to: 'ssh2.seconds', rival: 'bare ssh2', slower: 1.5 },
      { what: 'time', of: 'ours.seconds', to: 'ansible.seconds', rival: 'ansible', faster: 6 },
      { what: 'CPU', of: 'ours.cpu', to: 'ansible.cpu', rival: 'ansible', slower: 0.125 },
      { what: 'time', of: 'ours.seconds', to: 'pssh.seconds', rival: 'parallel-ssh' },
      { what: 'CPU', of: 'ours.cpu', to: 'ssh2.cpu', rival: 'bare ssh2' },
    ],
  },
  {
    id: 'converged',
    title: ({ hosts }) => `14 items, all so, ${hosts} hosts`,
    ports: ({ hosts }) => hosts,
    measure: converged,
    lines: [
      { what: 'time', of: 'ours.seconds', to: 'ping.seconds', rival: 'our ping', slower: 1.5 },
      { what: 'time', of: 'ours.seconds', to: 'ansible.seconds', rival: 'ansible', faster: 50 },
      { what: 'time', of: 'ours.seconds', to: 'mitogen.seconds', rival: 'Mitogen', faster: 20 },
    ],
  },
  {
    id: 'first',
    title: ({ hosts }) => `14 items, first run, ${hosts} hosts`,
    ports: ({ hosts }) => hosts,
    measure: first,
    lines: [
      { what: 'time', of: 'ours.seconds', to: 'ping.seconds', rival: 'our ping' },
      { what: 'time', of: 'ours.seconds', to: 'ansible.seconds', rival: 'ansible', faster: 30 },
      { what: 'time', of: 'ours.seconds', to: 'mitogen.seconds', rival: 'Mitogen' },
    ],
  },
  {
    id: 'upload500',
    title: ({ megabytes }) => `${megabytes} MB to 1 host`,
    ports: () => 1,
    measure: upload,
    lines: [
      // 0.7 times its speed
      { what: 'time', of: 'ours.seconds', to: 'ssh2.seconds', rival: 'bare ssh2', slower: 1.43 },
      { what: 'time', of: 'ours.seconds', to: 'ansible.seconds', rival: 'copy, no -C', faster: 4 },
      { what: 'time', of: 'ours.seconds', to: 'compressing.seconds', rival: 'ansible copy' },
      { what: 'time', of: 'ours.seconds', to: 'scp.seconds', rival: 'scp' },
      { what: 'time', of: 'ours.seconds', to: 'ssh.seconds', rival: 'ssh, sha256' },
    ],
  },
  {
    id: 'gigabit',
    title: ({ megabytes }) => `${megabytes} MB over 110 MB/s`,
    ports: () => 1,
    measure: gigabit,
    // 0.9 times its speed
    lines: [{ what: 'time', of: 'ours.seconds', to: 'scp.seconds', rival: 'scp', slower: 1.11 }],
  },
  {
    id: 'again',
    title: () => 'the same file again',
    ports: () => 1,
    measure: again,
    lines: [
      { what: 'time beyond our ping', of: 'ours.beyond', most: 0.3 },
      { what: 'bytes sent', of: 'ours.sent', most: 0 },
      { what: 'time', of: 'ours.seconds', to: 'ansible.seconds', rival: 'ansible copy' },
    ],
  },
  {
    id: 'ten',
    title: ({ megabytes, copies }) => `${megabytes} MB to ${copies} hosts`,
    ports: ({ copies }) => copies,
    measure: many,
    lines: [
      { what: 'source read, times', of: 'ours.reads', most: 1.1 },
      { what: 'memory, MB', of: 'ours.megabytes', most: 200 },
      { what: 'time', of: 'ours.seconds' },
    ],
  },
  {
    id: 'relay',
    title: ({ relayed, relayedMegabytes }) => `${relayedMegabytes} MB to ${relayed} hosts, 12 MB/s`,
    ports: ({ relayed }) => relayed,
    measure: relay,
    lines: [
      { what: 'time', of: 'ours.seconds', to: 'one.seconds', rival: 'to 1 host', slower: 1.5 },
      { what: 'sent from here, times', of: 'ours.times', most: 1.1 },
    ],
  },
  {
    id: 'fleet',
    title: ({ names }) => `ping ${names} hosts`,
    ports: ({ ports }) => ports,
    measure: fleet,
    lines: [
      { what: 'time a host', of: 'ours.each', to: 'fewer.each', rival: 'a fifth of it', slower: 1.2 },
      { what: 'memory, MB', of: 'ours.megabytes', most: 300 },
      { what: 'time', of: 'ours.seconds' },
    ],
  },
  {
    id: 'roundtrips',
    title: () => 'round trips',
    ports: () => 1,
    measure: roundTrips,
    lines: [
      { what: 'ping, from the shell', of: 'ping.session', most: 1 },
      { what: 'plan of 14 items, from the shell', of: 'plan.session', most: 1 },
      { what: 'small file, from the plan', of: 'file.session', most: 1 },
      { what: 'small file, from the shell', of: 'file.shell' },
      { what: 'ping, from TCP on', of: 'ping.total', to: 'ssh2.total', rival: 'bare ssh2' },
    ],
  },
  {
    id: 'help',
    title: () => 'convecthub --help',
    ports: () => 0,
    measure: help,
    lines: [{ what: 'time', of: 'ours.seconds', to: 'node.seconds', rival: 'node -e 0', slower: 2 }],
  },
]
