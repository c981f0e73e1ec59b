import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { agentToken } from '../../src/cluster/agent-token.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { system } from '../../src/facts/system.ts'
import { Secret } from '../../src/secret.ts'
import { k3sAgent, k3sServer } from '../../src/steps/k3s.ts'
import { type Answer, is, NO_CLUSTER, shown, systemOf } from '../helpers/fake-facts.ts'
import { fileText, type Known, planStep } from '../helpers/plan-step.ts'
import { type ClusterParts, TOKEN, testBundle, testDesired } from '../helpers/test-cluster.ts'

const HA: ClusterParts = { drivers: ['d1', 'd2'], workers: ['W1'] }
const TOKEN_FILE = '/etc/rancher/k3s/token'
const AGENT_TOKEN_FILE = '/etc/rancher/k3s/agent-token'
const AGENT_TOKEN = agentToken(new Secret(TOKEN)).reveal()
const V1 = is(system, systemOf({ cgroup: 1 }))

function files(
  host: string,
  parts: ClusterParts,
  version: string,
  answers: readonly Answer[] = [],
  others: Known = {},
) {
  const desired = testDesired(parts, { bundle: testBundle(version) })
  const step = desired.cluster.drivers.some(({ name }) => name === host) ? k3sServer : k3sAgent
  return planStep(step, desired, host, { ...others, [host]: answers })
}
const config = (...args: Parameters<typeof files>) =>
  parse(fileText(files(...args), '/etc/rancher/k3s/config.yaml')) as Record<string, unknown>

it.each([
  {
    what: 'a single server of 1.21, without keys of later versions',
    host: 'd1',
    parts: {},
    version: 'v1.21.3+k3s1',
    is: {
      'node-name': 'd1',
      'node-ip': '10.0.0.1',
      'flannel-iface': 'eth1',
      'token-file': TOKEN_FILE,
      'agent-token-file': AGENT_TOKEN_FILE,
      'tls-san': ['10.0.0.1', 'd1'],
      'write-kubeconfig-mode': '0600',
    },
  },
  {
    what: 'the founder of several servers',
    host: 'd1',
    parts: HA,
    version: 'v1.34.1+k3s1',
    is: {
      'node-name': 'd1',
      'node-ip': '10.0.0.1',
      'flannel-iface': 'eth1',
      'token-file': TOKEN_FILE,
      'agent-token-file': AGENT_TOKEN_FILE,
      'cluster-init': true,
      'tls-san': ['10.0.0.1', 'd1'],
      'write-kubeconfig-mode': '0600',
      'prefer-bundled-bin': true,
    },
  },
  {
    what: 'a joining server',
    host: 'd2',
    parts: HA,
    version: 'v1.34.1+k3s1',
    is: {
      'node-name': 'd2',
      'node-ip': '10.0.0.2',
      'flannel-iface': 'eth1',
      'token-file': TOKEN_FILE,
      'agent-token-file': AGENT_TOKEN_FILE,
      server: 'https://10.0.0.1:6443',
      'tls-san': ['10.0.0.2', 'd2'],
      'write-kubeconfig-mode': '0600',
      'prefer-bundled-bin': true,
    },
  },
  {
    what: 'an agent of 1.21, its name in lower case',
    host: 'W1',
    parts: HA,
    version: 'v1.21.3+k3s1',
    is: {
      'node-name': 'w1',
      'node-ip': '10.0.0.3',
      'flannel-iface': 'eth1',
      'token-file': TOKEN_FILE,
      server: 'https://10.0.0.1:6443',
    },
  },
])('writes config.yaml of $what', ({ host, parts, version, is }) => {
  expect(config(host, parts, version)).toEqual(is)
})

it.each([
  { version: 'v1.34.6+k3s1', answers: [V1], arg: undefined },
  { version: 'v1.35.0+k3s1', answers: [V1], arg: ['fail-cgroupv1=false'] },
  { version: 'v1.36.2+k3s1', answers: [V1], arg: ['fail-cgroupv1=false'] },
  { version: 'v1.35.0+k3s1', answers: [], arg: undefined },
])('$version on cgroup v1 or 2 gets kubelet-arg $arg', ({ version, answers, arg }) => {
  for (const host of ['d1', 'w1']) expect(config(host, {}, version, answers)['kubelet-arg']).toEqual(arg)
})

it.each([
  { what: 'my_iface', my_iface: 'eth2', ip: '192.168.1.5', iface: 'eth2' },
  { what: 'the ssh address', ip: '10.0.0.1', iface: 'eth1' },
])('a host with several interfaces uses the one of $what', ({ my_iface, ip, iface }) => {
  const answer = is(addresses, {
    interfaces: new Map([
      ['eth0', ['10.9.9.9']],
      ['eth1', ['10.0.0.1']],
      ['eth2', ['192.168.1.5']],
    ]),
    defaultInterface: 'eth0',
  })
  const parts = { settings: { d1: my_iface === undefined ? {} : { my_iface } } }
  expect(config('d1', parts, 'v1.34.1+k3s1', [answer])).toMatchObject({
    'node-ip': ip,
    'flannel-iface': iface,
  })
})

it.each([
  { settings: { w1: { has_gpu: true } }, label: ['nvidia.com/gpu.present=true'] },
  { settings: {}, label: undefined },
])('a node with $settings registers with the label $label', ({ settings, label }) => {
  expect(config('w1', { settings }, 'v1.21.3+k3s1')['node-label']).toEqual(label)
})

it('writes tokens only to their own files, readable by root only', () => {
  const plan = files('d1', HA, 'v1.34.1+k3s1')
  expect(fileText(plan, TOKEN_FILE)).toBe(TOKEN)
  const secret = [TOKEN_FILE, AGENT_TOKEN_FILE]
  for (const path of secret)
    expect(plan.find((change) => change.title === path)).toMatchObject({
      kind: 'file',
      mode: '600',
    })
  const others = plan.filter((change) => !secret.includes(change.title))
  expect(
    others.filter((change) => change.kind === 'file').every(({ content }) => typeof content === 'string'),
  ).toBe(true)
  expect(JSON.stringify(others)).not.toContain(TOKEN)
})

const HASH = 'c5'.repeat(32)
const KNOWN = is(clusterData, { ...NO_CLUSTER, caHash: HASH })

it.each([
  { what: 'a joining server gets the server token', host: 'd2', user: 'server', secret: TOKEN },
  { what: 'an agent gets the agent token', host: 'W1', user: 'node', secret: AGENT_TOKEN },
])('$what, with the hash of the cluster’s CA', ({ host, user, secret }) => {
  const plan = files(host, HA, 'v1.34.1+k3s1', [], { d1: [KNOWN] })
  expect(fileText(plan, TOKEN_FILE)).toBe(`K10${HASH}::${user}:${secret}`)
})

it('all servers have the same agent token, which does not reveal their own', () => {
  expect(AGENT_TOKEN).toMatch(/^[0-9a-f]{48}$/)
  for (const host of ['d1', 'd2'])
    expect(fileText(files(host, HA, 'v1.34.1+k3s1'), AGENT_TOKEN_FILE)).toBe(AGENT_TOKEN)
  expect(files('W1', HA, 'v1.34.1+k3s1').map(({ title }) => title)).not.toContain(AGENT_TOKEN_FILE)
})

it('before there is a cluster, the plan has an agent token that no cluster accepts', () => {
  expect(fileText(files('W1', HA, 'v1.34.1+k3s1'), TOKEN_FILE)).toBe(
    `K10${'0'.repeat(64)}::node:${AGENT_TOKEN}`,
  )
})

it.each([
  { version: 'v1.21.3+k3s1', link: true },
  { version: 'v1.22.0+k3s1', link: false },
  { version: 'v1.34.1+k3s1', link: false },
])('$version gets the link file for old flannel: $link', ({ version, link }) => {
  expect(shown(files('d1', {}, version)).includes('+ file /etc/systemd/network/50-flannel.link')).toBe(link)
})

it.each([
  { host: 'd1', unit: 'k3s.service', start: 'ExecStart=/usr/local/bin/k3s server' },
  { host: 'w1', unit: 'k3s-agent.service', start: 'ExecStart=/usr/local/bin/k3s agent' },
])('$host runs $unit', ({ host, unit, start }) => {
  const text = fileText(files(host, {}, 'v1.34.1+k3s1'), `/etc/systemd/system/${unit}`)
  expect(text.split('\n')).toContain(start)
  expect(text.split('\n')).toContain(`EnvironmentFile=/etc/systemd/system/${unit}.env`)
})
