import { expect, it } from 'vitest'
import { addresses } from '../../src/facts/addresses.ts'
import { nodeAddress } from '../../src/facts/node-address.ts'
import { listeningPorts } from '../../src/facts/ports.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { hostOf, testDesired } from '../helpers/test-cluster.ts'

const LAB = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
20: flannel.1    inet 10.42.0.0/32 scope global flannel.1\\       valid_lft forever preferred_lft forever
40: eth0    inet 10.145.246.11/24 brd 10.145.246.255 scope global eth0\\       valid_lft forever preferred_lft forever
default via 10.145.246.1 dev eth0 `

// two addresses on one interface, a VLAN, two default routes; as iproute2 4.3 of Ubuntu 16.04 prints them
const XENIAL = `1: lo    inet 127.0.0.1/8 scope host lo\\       valid_lft forever preferred_lft forever
2: enp0s3    inet 10.0.2.15/24 brd 10.0.2.255 scope global enp0s3\\       valid_lft forever preferred_lft forever
3: enp0s8    inet 192.168.50.4/24 brd 192.168.50.255 scope global enp0s8\\       valid_lft forever preferred_lft forever
3: enp0s8    inet 192.168.50.5/24 scope global secondary enp0s8\\       valid_lft forever preferred_lft forever
4: bond0.100    inet 172.16.0.9/16 scope global bond0.100\\       valid_lft forever preferred_lft forever
default via 10.0.2.2 dev enp0s3 
default via 192.168.50.1 dev enp0s8  metric 100 `

it.each([
  {
    what: 'a lab machine',
    text: LAB,
    names: ['flannel.1', 'eth0'],
    first: 'eth0',
    ips: ['10.145.246.11'],
  },
  {
    what: 'Ubuntu 16.04',
    text: XENIAL,
    names: ['enp0s3', 'enp0s8', 'bond0.100'],
    first: 'enp0s3',
    ips: ['10.0.2.15'],
  },
  { what: 'a machine without ip', text: '', names: [], first: undefined, ips: undefined },
  { what: 'no default route', text: LAB.replace(/^default.*/m, ''), names: ['flannel.1', 'eth0'] },
  { what: 'a default route over a tunnel', text: 'default dev tun0 scope link', names: [], first: 'tun0' },
])('reads the addresses of $what', ({ text, names, first, ips }) => {
  const found = parseFact(addresses, text)
  expect([...found.interfaces.keys()]).toEqual(names)
  expect(found.defaultInterface).toBe(first)
  expect(found.interfaces.get(first ?? '')).toEqual(ips)
})

it.each(['127.0.0.53', '0.0.0.0', '224.0.0.1', '255.255.255.255', '10.0.0.256', '10.0.0', '10.0.0.0.1', '.'])(
  'ignores %s, which other machines cannot reach',
  (address) => {
    expect(parseFact(addresses, `2: eth0    inet ${address}/24 scope global eth0`).interfaces.size).toBe(0)
  },
)

it.each(["'; reboot", 'a-name-too-long-for-it', 'eth/0', ''])(
  'rejects %j as the name of an interface',
  (name) => {
    expect(parseFact(addresses, `2: ${name}    inet 10.0.0.1/24 scope global x`).interfaces.size).toBe(0)
  },
)

it('keeps all addresses of an interface in order', () => {
  expect(parseFact(addresses, XENIAL).interfaces.get('enp0s8')).toEqual(['192.168.50.4', '192.168.50.5'])
})

it.each([
  { what: 'my_iface', my_iface: 'enp0s8', address: '10.0.2.15', is: { iface: 'enp0s8', ip: '192.168.50.4' } },
  {
    what: 'the interface of the SSH connection',
    address: '192.168.50.4',
    is: { iface: 'enp0s8', ip: '192.168.50.4' },
  },
  {
    what: 'the SSH connection when an interface has several addresses',
    address: '192.168.50.5',
    is: { iface: 'enp0s8', ip: '192.168.50.5' },
  },
  { what: 'the default route', address: 'worker.example', is: { iface: 'enp0s3', ip: '10.0.2.15' } },
  { what: 'an interface that is not there', my_iface: 'eth9', address: '10.0.2.15', is: undefined },
])('takes the node address from $what', ({ my_iface, address, is }) => {
  const desired = testDesired({ settings: { w1: my_iface === undefined ? {} : { my_iface } } })
  const host = { ...hostOf(desired, 'w1'), address }
  expect(nodeAddress(host, parseFact(addresses, XENIAL))).toEqual(is)
})

it('has no node address without an interface', () => {
  expect(nodeAddress(hostOf(testDesired(), 'w1'), parseFact(addresses, ''))).toBeUndefined()
})

const PORTS = `port tcp 9B57 203266
port tcp 192B 812209
port tcp 0016 20424
port tcp 0016 20425
port tcp 0050 77
port udp 2118 0

socket socket:[812209] k3s k3s-server
socket socket:[20424] k3s sshd
socket socket:[20425] other sshd
socket socket:[77] other a b`

it.each<{ what: string; text: string; ports: object }>([
  {
    what: 'a machine',
    text: PORTS,
    ports: {
      'tcp 39767': { name: 'a process', k3s: undefined },
      'tcp 6443': { name: 'k3s-server', k3s: true },
      'tcp 22': { name: 'sshd', k3s: false },
      'tcp 80': { name: 'a b', k3s: false },
      'udp 8472': { name: 'a process', k3s: undefined },
    },
  },
  {
    what: 'a process whose name looks like an answer',
    text: 'port tcp 0050 77\nsocket socket:[77] other port tcp 0016 2',
    ports: { 'tcp 80': { name: 'port tcp 0016 2', k3s: false } },
  },
  {
    what: 'a pod on the host’s network',
    text: 'port tcp 0050 77\nsocket socket:[77] pod nginx',
    ports: { 'tcp 80': { name: 'nginx', k3s: true, pod: true } },
  },
  { what: 'no answer', text: '', ports: {} },
  { what: 'other lines', text: 'State Recv-Q Send-Q\nESTAB 0 0 10.0.0.1:22 10.0.0.2:99', ports: {} },
])('reads the ports of $what', ({ text, ports }) => {
  expect(Object.fromEntries(parseFact(listeningPorts([]), text))).toEqual(ports)
})
