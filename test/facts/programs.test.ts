import { expect, it } from 'vitest'
import { apt } from '../../src/facts/apt.ts'
import { command } from '../../src/facts/command.ts'
import { gpu } from '../../src/facts/gpu.ts'
import { installedPackage } from '../../src/facts/packages.ts'
import { unit } from '../../src/facts/unit.ts'
import { parseFact } from '../helpers/parse-fact.ts'

// what dpkg-query prints in the format of the probe
const PACKAGES = `ca-certificates 20230311+deb12u1 install ok installed
curl 7.88.1-10+deb12u14 install ok installed
libc6 2.36-9+deb12u14 install ok installed
libc6 2.36-9+deb12u14 install ok installed
docker.io 24.0.7-0ubuntu2~22.04.1 hold ok installed
iptables 1.6.0-2ubuntu3 deinstall ok config-files
conntrack 1:1.4.3-3 install ok unpacked
g++ 4:12.2.0-3 install ok half-configured
virtual  unknown ok not-installed
broken 1.0 install reinstreq installed`

it.each([
  { name: 'ca-certificates', version: '20230311+deb12u1' },
  { name: 'curl', version: '7.88.1-10+deb12u14' },
  { name: 'libc6', version: '2.36-9+deb12u14' },
  { name: 'docker.io', version: '24.0.7-0ubuntu2~22.04.1', why: 'on hold, but installed' },
  { name: 'iptables', version: undefined, why: 'only its configuration is left' },
  { name: 'conntrack', version: undefined, why: 'unpacked only' },
  { name: 'g++', version: undefined, why: 'half configured' },
  { name: 'virtual', version: undefined, why: 'known, not installed' },
  { name: 'broken', version: undefined, why: 'must be reinstalled' },
  { name: 'nosuch', version: undefined, why: 'unknown' },
])('package $name: $version', ({ name, version }) => {
  expect(parseFact(installedPackage(name), PACKAGES)).toBe(version)
})

it.each([
  { name: 'ip', text: 'ip=/usr/sbin/ip\nnosuch=', path: '/usr/sbin/ip' },
  { name: 'nosuch', text: 'ip=/usr/sbin/ip\nnosuch=', path: undefined },
  { name: 'systemd-run', text: 'systemd-run=/usr/bin/systemd-run', path: '/usr/bin/systemd-run' },
  { name: 'run', text: 'systemd-run=/usr/bin/systemd-run', path: undefined },
  { name: 'ip', text: 'ip=ip', path: undefined },
  { name: 'ip', text: "ip=alias ip='ip -c'", path: undefined },
  { name: 'ip', text: '', path: undefined },
])('finds $name at $path in "$text"', ({ name, text, path }) => {
  expect(parseFact(command(name), text)).toBe(path)
})

it.each([
  { what: 'whole', text: 'present', value: { present: true, broken: '' } },
  {
    what: 'interrupted',
    text: 'present\naudit The following packages are only half configured, probably due to problems\naudit  curl  transfers data',
    value: {
      present: true,
      broken:
        'The following packages are only half configured, probably due to problems\n curl  transfers data',
    },
  },
  { what: 'not there', text: '', value: { present: false, broken: '' } },
])('apt is $what', ({ text, value }) => {
  expect(parseFact(apt, text)).toEqual(value)
})

const UNITS = `unit k3s.service
MainPID=53022
LoadState=loaded
ActiveState=active
UnitFileState=enabled
CONVECTHUB_INPUTS=9ab5b4766c09ddf9ce9bb98a7782ea599b4a4867dc8ec0bdbed71c504054a68b
unit docker.service
MainPID=0
LoadState=loaded
ActiveState=failed
UnitFileState=disabled
unit nosuch.service
MainPID=0
LoadState=not-found
ActiveState=inactive
UnitFileState=
unit silent.service
`

it.each([
  {
    name: 'k3s.service',
    value: {
      loaded: true,
      active: 'active',
      enabled: true,
      inputs: '9ab5b4766c09ddf9ce9bb98a7782ea599b4a4867dc8ec0bdbed71c504054a68b',
    },
  },
  { name: 'docker.service', value: { loaded: true, active: 'failed', enabled: false, inputs: undefined } },
  { name: 'nosuch.service', value: { loaded: false, active: 'inactive', enabled: false, inputs: undefined } },
  { name: 'silent.service', value: { loaded: false, active: 'unknown', enabled: false, inputs: undefined } },
  { name: 'absent.service', value: { loaded: false, active: 'unknown', enabled: false, inputs: undefined } },
])('reads the unit $name', ({ name, value }) => {
  expect(parseFact(unit(name), UNITS)).toEqual(value)
})

it('keeps the answers of units apart where there is no systemd', () => {
  expect(parseFact(unit('b.service'), 'unit a.service\n\nunit b.service\n')).toMatchObject({ loaded: false })
})

it.each([
  { what: 'nothing', text: '', value: { cards: [], driver: undefined, nouveau: false, runtime: false } },
  {
    what: 'a card with driver and runtime',
    text: 'card=0000:01:00.0\ncard=0000:02:00.0\ndriver=535.183.01\nruntime=1',
    value: {
      cards: ['0000:01:00.0', '0000:02:00.0'],
      driver: '535.183.01',
      runtime: true,
      nouveau: false,
    },
  },
  {
    what: 'a card held by nouveau',
    text: 'card=0000:01:00.0\nnouveau=1',
    value: { nouveau: true, driver: undefined },
  },
])('reads NVIDIA hardware: $what', ({ text, value }) => {
  expect(parseFact(gpu, text)).toMatchObject(value)
})
