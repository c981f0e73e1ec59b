import { expect, it } from 'vitest'
import type { BundleLock } from '../../src/artifacts/bundle-lock.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { apt } from '../../src/facts/apt.ts'
import { command } from '../../src/facts/command.ts'
import { disk } from '../../src/facts/disk.ts'
import { type ListeningPorts, listeningPorts } from '../../src/facts/ports.ts'
import { system } from '../../src/facts/system.ts'
import { preflight } from '../../src/steps/preflight.ts'
import {
  ANY_KEY,
  type Answer,
  contextOf,
  diskOf,
  is,
  present,
  recordOf,
  systemOf,
} from '../helpers/fake-facts.ts'
import { type Known, knownOf } from '../helpers/plan-step.ts'
import { type ClusterParts, testBundle, testDesired } from '../helpers/test-cluster.ts'

/** The findings of preflight, as "id host: message". */
function found(known: Known = {}, parts: ClusterParts = {}, bundle: BundleLock = testBundle()): string[] {
  const desired = testDesired(parts, { bundle })
  const all = knownOf(desired, known)
  const contexts = desired.cluster.hosts.map(({ name }) => contextOf(preflight, desired, name, all))
  const findings = preflight.check?.(contexts) ?? []
  expect(findings.every(({ hint }) => hint !== '')).toBe(true)
  return findings.map(
    ({ level, id, host, message }) => `${level === 'error' ? '' : level}${id} ${host}: ${message}`,
  )
}

const os = (id: string, version: string, name: string) =>
  is(
    system,
    systemOf({ hostname: 'm2', machineId: 'id2', os: { id, like: [], version, name, codename: 'x' } }),
  )
const is2 = (more: Parameters<typeof systemOf>[0]) =>
  is(system, systemOf({ hostname: 'm2', machineId: 'id2', ...more }))
const ports = (...listening: [number, string, boolean?][]) =>
  is<ListeningPorts>(
    { ...listeningPorts([]), key: ANY_KEY },
    new Map(listening.map(([port, name, k3s = false]) => [`tcp ${port}`, { name, k3s }])),
  )
const interfaces = (of: Record<string, string[]>, defaultInterface?: string) =>
  is(addresses, { interfaces: new Map(Object.entries(of)), defaultInterface })
const K3S = '/usr/local/bin/k3s'
const OURS = recordOf({ files: [K3S], packages: ['conntrack'] })[0] as Answer

it.each<{ what: string; w1: Answer[]; found: string[] }>([
  { what: 'nothing wrong', w1: [], found: [] },
  { what: 'Ubuntu 16.04', w1: [os('ubuntu', '16.04', 'Ubuntu 16.04.7 LTS')], found: [] },
  { what: 'Debian 9', w1: [os('debian', '9', 'Debian 9')], found: [] },
  {
    what: 'Ubuntu 14.04',
    w1: [os('ubuntu', '14.04', 'Ubuntu 14.04.6 LTS')],
    found: ['os w1: Ubuntu 14.04.6 LTS is not supported'],
  },
  {
    what: 'CentOS',
    w1: [os('centos', '7', 'CentOS Linux 7')],
    found: ['os w1: CentOS Linux 7 is not supported'],
  },
  { what: 'no os-release', w1: [os('', '', '')], found: ['os w1: an unknown system is not supported'] },
  { what: 'one core', w1: [is2({ cpus: 1 })], found: ['cpu w1: 1 processor core; 2 are needed'] },
  { what: '4 GB as kernels count them', w1: [is2({ memoryMiB: 3936 })], found: [] },
  {
    what: '2 GB',
    w1: [is2({ memoryMiB: 1976 })],
    found: ['memory w1: 1976 MiB of memory; 4 GiB are needed'],
  },
  {
    what: 'a small disk',
    w1: [is(disk('/var/lib/rancher'), diskOf({ sizeMiB: 8000, freeMiB: 100 }))],
    found: ['disk w1: / has 8000 MiB; 10240 MiB are needed'],
  },
  {
    what: 'a full disk',
    w1: [is(disk('/var/lib/rancher'), diskOf({ freeMiB: 1000, mount: '/var' }))],
    found: ['disk w1: /var has only 1000 MiB free'],
  },
  {
    what: 'K3s’s data on a noexec mount',
    w1: [is(disk('/var/lib/rancher'), diskOf({ mount: '/var', options: ['rw', 'nosuid', 'noexec'] }))],
    found: ['noexec w1: /var is mounted with noexec, and programs are run from /var/lib/rancher'],
  },
  {
    what: 'a noexec mount at helm’s folder, which only drivers use',
    w1: [is(disk('/var/lib/convecthub/bin'), diskOf({ mount: '/var', options: ['noexec'] }))],
    found: [],
  },
  {
    what: 'another address than it was reached at, as nobody connects to workers',
    w1: [interfaces({ eth1: ['10.6.6.6'] }, 'eth1')],
    found: [],
  },
  {
    what: 'another init system',
    w1: [is2({ systemd: false })],
    found: ['systemd w1: the machine does not run systemd'],
  },
  {
    what: 'missing tools',
    w1: [is(command('flock'), undefined), is(command('ip'), undefined)],
    found: ['tools w1: missing: ip, flock'],
  },
  { what: 'no apt', w1: [is(apt, { present: false, broken: '' })], found: ['apt w1: there is no apt-get'] },
  {
    what: 'a dpkg run that others left unfinished',
    w1: [is(apt, { present: true, broken: 'curl is half configured\nmore' })],
    found: ['dpkg w1: dpkg was interrupted: curl is half configured'],
  },
  {
    what: 'a dpkg run that we left unfinished',
    w1: [is(apt, { present: true, broken: 'x' }), OURS],
    found: [],
  },
  {
    what: 'a K3s that somebody else installed',
    w1: [present(K3S)],
    found: [`foreign-k3s w1: ${K3S} is there, and convecthub did not put it there`],
  },
  { what: 'our K3s', w1: [present(K3S), OURS, ports([80, 'k3s', true], [10250, 'k3s', true])], found: [] },
  {
    what: 'our K3s, and another program on a port of the hub',
    w1: [present(K3S), OURS, ports([80, 'sshd'], [10250, 'k3s', true])],
    found: ['port w1: port 80 is taken by sshd'],
  },
  {
    what: 'our K3s, and a pod and an unknown process on ports of the hub',
    w1: [
      present(K3S),
      OURS,
      is<ListeningPorts>(
        { ...listeningPorts([]), key: ANY_KEY },
        new Map([
          ['tcp 80', { name: 'nginx', k3s: true, pod: true }],
          ['tcp 443', { name: 'a process', k3s: undefined }],
          ['tcp 10250', { name: 'a process', k3s: undefined }],
        ]),
      ),
    ],
    found: ['port w1: port 80 is taken by nginx', 'port w1: port 443 is taken by a process'],
  },
  {
    what: 'a program on the port of the pods’ network',
    w1: [
      is<ListeningPorts>(
        { ...listeningPorts([]), key: ANY_KEY },
        new Map([['udp 8472', { name: 'x', k3s: false }]]),
      ),
    ],
    found: ['port w1: UDP port 8472 is taken by x'],
  },
  {
    what: 'a web server',
    w1: [ports([80, 'nginx'], [443, 'nginx'], [6443, 'x'])],
    found: ['port w1: port 80 is taken by nginx', 'port w1: port 443 is taken by nginx'],
  },
  { what: 'a kubelet', w1: [ports([10250, 'kubelet'])], found: ['port w1: port 10250 is taken by kubelet'] },
  {
    what: 'an empty machine-id',
    w1: [is2({ machineId: '' })],
    found: ['machine-id w1: /etc/machine-id is empty'],
  },
  {
    what: 'no address',
    w1: [interfaces({})],
    found: ['interface w1: the interface to the private network has no IPv4 address'],
  },
  {
    what: 'the same hostname as d1',
    w1: [is2({ hostname: 'M1' })],
    found: ['warninghostname w1: the hostname m1 is also that of d1'],
  },
  {
    what: 'the machine-id of d1',
    w1: [is2({ machineId: 'id1' })],
    found: ['machine-id w1: /etc/machine-id id1 is also that of d1'],
  },
  {
    what: 'the node address of d1',
    w1: [interfaces({ eth0: ['10.0.0.1'] }, 'eth0')],
    found: ['address w1: the node address 10.0.0.1 is also that of d1'],
  },
  {
    what: 'several faults',
    w1: [is2({ cpus: 1, systemd: false }), ports([443, 'x'])],
    found: [
      'cpu w1: 1 processor core; 2 are needed',
      'systemd w1: the machine does not run systemd',
      'port w1: port 443 is taken by x',
    ],
  },
])('a worker with $what: $found', ({ w1, found: expected }) => {
  expect(found({ w1 })).toEqual(expected)
})

it.each([
  { what: 'the address of ssh', my_iface: undefined, ip: '10.0.0.1', level: undefined },
  { what: 'another address', my_iface: undefined, ip: '10.6.6.6', level: 'error' },
  { what: 'another address on my_iface', my_iface: 'eth1', ip: '10.6.6.6', level: 'warning' },
])('a driver that reports $what: $level', ({ my_iface, ip, level }) => {
  const own = testDesired({ settings: { d1: my_iface === undefined ? {} : { my_iface } } })
  const known = knownOf(own, { d1: [interfaces({ lo: ['127.0.0.1'], eth1: [ip] }, 'eth1')] })
  const findings = preflight.check?.([contextOf(preflight, own, 'd1', known)]) ?? []
  expect(findings.filter(({ id }) => id === 'node-address').map((each) => each.level)).toEqual(
    level ? [level] : [],
  )
  if (level)
    expect(findings.map(({ message }) => message).join()).toContain(
      `reached at 10.0.0.1, and says that it is ${ip}`,
    )
})

it('reports each noexec folder of a driver with its mount point, and commands to remount them', () => {
  const places = ['/var/lib/rancher', '/usr/local/bin', '/var/lib/convecthub/bin']
  const mounts = ['/var', '/mnt/$(reboot) 1', '/var']
  const own = testDesired()
  const known = knownOf(own, {
    d1: places.map((path, i) => is(disk(path), diskOf({ mount: mounts[i] ?? '', options: ['noexec'] }))),
  })
  const findings = preflight.check?.([contextOf(preflight, own, 'd1', known)]) ?? []
  expect(findings.map(({ message }) => message)).toEqual(
    places.map((path, i) => `${mounts[i]} is mounted with noexec, and programs are run from ${path}`),
  )
  expect(findings[0]?.hint).toContain(
    "`sudo mount -o remount,exec /var` and `sudo mount -o remount,exec '/mnt/$(reboot) 1'`",
  )
})
