import { expect, it } from 'vitest'
import { addresses } from '../../src/facts/addresses.ts'
import { nodeAddress } from '../../src/facts/node-address.ts'
import { listeningPorts } from '../../src/facts/ports.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { hostOf, testWishes } from '../helpers/test-cluster.ts'

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
    names: ['lo', 'flannel.1', 'eth0'],
    first: 'eth0',
    ips: ['10.145.246.11'],
  },
  {
    what: 'Ubuntu 16.04',
    text: XENIAL,
    names: ['lo', 'enp0s3', 'enp0s8', 'bond0.100'],
    first: 'enp0s3',
    ips: ['10.0.2.15'],
  },
  { what: 'a machine without ip', text: '', names: [], first: undefined, ips: undefined },
  { what: 'no default route', text: LAB.replace(/^default.*/m, ''), names: ['lo', 'flannel.1', 'eth0'] },
  { what: 'a default route over a tunnel', text: 'default dev tun0 scope link', names: [], first: 'tun0' },
])('reads the addresses of $what', ({ text, names, first, ips }) => {
  const found = parseFact(addresses, text)
  expect([...found.interfaces.keys()]).toEqual(names)
  expect(found.defaultInterface).toBe(first)
  expect(found.interfaces.get(first ?? '')).toEqual(ips)
})

it('keeps all addresses of an interface in their order', () => {
  expect(parseFact(addresses, XENIAL).interfaces.get('enp0s8')).toEqual(['192.168.50.4', '192.168.50.5'])
})

it.each([
  { what: 'my_iface', my_iface: 'enp0s8', address: '10.0.2.15', is: { iface: 'enp0s8', ip: '192.168.50.4' } },
  { what: 'where ssh came in', address: '192.168.50.5', is: { iface: 'enp0s8', ip: '192.168.50.4' } },
  { what: 'the default route', address: 'worker.example', is: { iface: 'enp0s3', ip: '10.0.2.15' } },
  { what: 'an interface that is not there', my_iface: 'eth9', address: '10.0.2.15', is: undefined },
])('the node address is by $what', ({ my_iface, address, is }) => {
  const wishes = testWishes({ settings: { w1: my_iface === undefined ? {} : { my_iface } } })
  const host = { ...hostOf(wishes, 'w1'), address }
  expect(nodeAddress(host, parseFact(addresses, XENIAL))).toEqual(is)
})

it('there is no node address without any interface', () => {
  expect(nodeAddress(hostOf(testWishes(), 'w1'), parseFact(addresses, ''))).toBeUndefined()
})

const SS_LAB = `LISTEN 0      4096   127.0.0.11:39767 0.0.0.0:*                                           
LISTEN 0      64        0.0.0.0:6443  0.0.0.0:* users:(("k3s",pid=53022,fd=3))            
LISTEN 0      128       0.0.0.0:22    0.0.0.0:* users:(("sshd",pid=54,fd=3))              
LISTEN 0      4096            *:443         *:* users:(("openssl",pid=53281,fd=3))        
LISTEN 0      128          [::]:22       [::]:* users:(("sshd",pid=54,fd=4))              `

const SS_BIONIC = `LISTEN   0         128                 127.0.0.53%lo:53               0.0.0.0:*        users:(("systemd-resolve",pid=700,fd=13))
LISTEN   0         128                       :::80                      :::*        users:(("nginx",pid=12,fd=6),("nginx",pid=11,fd=6))
LISTEN   0         128                [::ffff:10.0.0.1]:6443              *:*        users:(("a b",pid=1,fd=1))`

// what a host without ss, or with one that has no -H, says
const PROC = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0B00007F:9B57 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 203266 1 0000000033f40fba 100 0 0 10 0
   1: 00000000:192B 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 812209 1 00000000b1bf7999 100 0 0 10 0
   2: 0100007F:0050 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 204240 1 000000005ab23f30 100 0 0 10 0
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:0016 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20424 1 0 100 0 0 10 0
  10: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 20425 1 0 100 0 0 10 0`

it.each([
  {
    what: 'ss of a lab machine',
    text: SS_LAB,
    ports: { 39767: 'a process', 6443: 'k3s', 22: 'sshd', 443: 'openssl' },
  },
  { what: 'ss of Ubuntu 18.04', text: SS_BIONIC, ports: { 53: 'systemd-resolve', 80: 'nginx', 6443: 'a b' } },
  {
    what: '/proc/net/tcp, without those that only talk',
    text: PROC,
    ports: { 39767: 'a process', 6443: 'a process', 22: 'a process', 443: 'a process' },
  },
  { what: 'no answer', text: '', ports: {} },
  { what: 'other lines', text: 'State Recv-Q Send-Q\nESTAB 0 0 10.0.0.1:22 10.0.0.2:99', ports: {} },
])('reads the ports of $what', ({ text, ports }) => {
  expect(Object.fromEntries(parseFact(listeningPorts, text))).toEqual(ports)
})
