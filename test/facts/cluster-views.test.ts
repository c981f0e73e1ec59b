import { expect, it } from 'vitest'
import { leftoverLines, leftovers } from '../../src/facts/leftovers.ts'
import { loginPage } from '../../src/facts/login-page.ts'
import { node } from '../../src/facts/node.ts'
import { release } from '../../src/facts/release.ts'
import { parseFact } from '../helpers/parse-fact.ts'

const condition = (type: string, status: string) => ({ type, status, reason: 'x' })
const nodeJson = (name: string, conditions: unknown, labels?: Record<string, string>) => ({
  kind: 'Node',
  metadata: { name, ...(labels && { labels }) },
  status: {
    conditions,
    nodeInfo: { kubeletVersion: 'v1.34.1+k3s1', containerRuntimeVersion: 'containerd://2.1.4-k3s1' },
  },
})
const HEAD = 'since 2026-11-26T20:00:00\nnow 2026-11-26T20:10:00\nself d1\n'
const leaseJson = (name: string, renewTime: string) => ({
  kind: 'Lease',
  metadata: { name },
  spec: { renewTime },
})
const items = (...all: unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items: all })
/** Nodes with fresh Leases, as kubectl lists them. */
const list = (...nodes: ReturnType<typeof nodeJson>[]) =>
  HEAD +
  items(...nodes, ...nodes.map(({ metadata }) => leaseJson(metadata.name, '2026-11-26T20:09:55.123456Z')))
const ready = condition('Ready', 'True')

it.each([
  {
    what: 'a Ready node',
    text: list(nodeJson('d1', [condition('DiskPressure', 'False'), ready])),
    ready: true,
  },
  {
    what: 'a node that is not Ready',
    text: list(nodeJson('d1', [condition('Ready', 'False')])),
    ready: false,
  },
  { what: 'a lost node', text: list(nodeJson('d1', [condition('Ready', 'Unknown')])), ready: false },
  { what: 'a node without conditions', text: list(nodeJson('d1', undefined)), ready: false },
  {
    what: 'an etcd learner',
    text: list(nodeJson('d1', [ready, condition('EtcdIsVoter', 'False')])),
    ready: false,
  },
  {
    what: 'an etcd voter',
    text: list(nodeJson('d1', [condition('EtcdIsVoter', 'True'), ready])),
    ready: true,
  },
  {
    what: 'a node after a warning',
    text: list(nodeJson('d1', [ready])).replace('{', 'W1123 old API\n{'),
    ready: true,
  },
  { what: 'another node', text: list(nodeJson('d10', [ready])), ready: undefined },
  { what: 'no node', text: list(), ready: undefined },
  { what: 'no K3s', text: '', ready: undefined },
  { what: 'an API that does not answer', text: 'The connection was refused', ready: undefined },
])('$what is ready: $ready', ({ text, ready }) => {
  expect(parseFact(node('d1'), text)?.ready).toBe(ready)
})

it.each([
  { what: 'after its K3s was started', self: 'd1', at: '2026-11-26T20:09:30.000001Z', ready: true },
  { what: 'in the second of the start', self: 'd1', at: '2026-11-26T20:09:20.900000Z', ready: false },
  { what: 'before the start', self: 'd1', at: '2026-11-26T20:09:19.000000Z', ready: false },
  { what: 'by another machine, a while ago', self: 'd2', at: '2026-11-26T20:09:01.000000Z', ready: true },
  { what: 'by another machine, long ago', self: 'd2', at: '2026-11-26T20:08:59.000000Z', ready: false },
  { what: 'never', self: 'd1', at: '', ready: false },
])(
  'a node with the condition Ready whose kubelet was heard $what is ready: $ready',
  ({ self, at, ready: is }) => {
    const head = `since 2026-11-26T20:09:20\nnow 2026-11-26T20:10:00\nself ${self}\n`
    expect(parseFact(node('d1'), head + items(nodeJson('d1', [ready]), leaseJson('d1', at)))?.ready).toBe(is)
  },
)

it('shows a node that is being deleted as not ready', () => {
  const leaving = nodeJson('d1', [ready])
  const metadata = { ...leaving.metadata, deletionTimestamp: '2026-11-26T20:00:01Z' }
  expect(parseFact(node('d1'), list({ ...leaving, metadata }))).toMatchObject({ ready: false, leaving: true })
})

it('shows a node as not ready when its K3s is not running', () => {
  const text = list(nodeJson('d1', [ready])).replace(/^since .*\n/, '')
  expect(parseFact(node('d1'), text)?.ready).toBe(false)
})

it('reads labels, version and runtime of a node', () => {
  expect(parseFact(node('d1'), list(nodeJson('d1', [ready], { 'nvidia.com/gpu.present': 'true' })))).toEqual({
    ready: true,
    leaving: false,
    labels: { 'nvidia.com/gpu.present': 'true' },
    version: 'v1.34.1+k3s1',
    runtime: 'containerd://2.1.4-k3s1',
  })
})

const RELEASE =
  '{"hooks":[],"info":{"deleted":"","description":"stand-in: programs of the lab, inputs 5d45fed354ae4109","status":"deployed"},"name":"convecthub","namespace":"convecthub","version":2}'

it.each([
  {
    text: RELEASE,
    value: {
      status: 'deployed',
      description: 'stand-in: programs of the lab, inputs 5d45fed354ae4109',
      revision: 2,
    },
  },
  { text: `WARNING: old flag\n${RELEASE}`, value: { status: 'deployed', revision: 2 } },
  {
    text: '{"info":{"status":"pending-install"},"version":1}',
    value: { status: 'pending-install', description: '', revision: 1 },
  },
  { text: '{}', value: { status: 'unknown', description: '', revision: 0 } },
])('reads the release $text', ({ text, value }) => {
  expect(parseFact(release, text)).toMatchObject(value)
})

it.each(['', 'Error: release: not found'])('finds no release in "%s"', (text) => {
  expect(parseFact(release, text)).toBeUndefined()
})

const PAGES =
  'page http 80  200 JupyterHub\npage https 9443 eth1 503 \npage http 9000 eth1 000 \npage http 81   \npage http 82  200 \x1b[31mred\x1b[8m'

it.each([
  { fact: loginPage({ scheme: 'http', port: 80, iface: '' }), value: { status: 200, title: 'JupyterHub' } },
  { fact: loginPage({ scheme: 'https', port: 9443, iface: 'eth1' }), value: { status: 503, title: '' } },
  { fact: loginPage({ scheme: 'http', port: 9000, iface: 'eth1' }), value: { status: 0, title: '' } },
  { fact: loginPage({ scheme: 'http', port: 81, iface: '' }), value: { status: 0, title: '' } },
  { fact: loginPage({ scheme: 'http', port: 82, iface: '' }), value: { status: 200, title: 'red' } },
  { fact: loginPage({ scheme: 'http', port: 8080, iface: '' }), value: { status: 0, title: '' } },
])('reads status $value.status of the page $fact.key', ({ fact, value }) => {
  expect(parseFact(fact, PAGES)).toEqual(value)
})

const TRACES = `process 53022 /usr/bin/perl /usr/local/bin/k3s server 
mount /var/lib/kubelet/pods/stand-in/volumes/kubernetes.io~projected/token
mount /run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/stand-in/rootfs
link cni0
link flannel.1
netns cni-1234
rules iptables: 8 lines
ipset KUBE-SRC-2A5QTGTCFRJLYPFK
path /etc/rancher`

it('reads what K3s left, and lists it as lines', () => {
  const found = parseFact(leftovers(['/etc/rancher']), TRACES)
  expect(found).toEqual({
    processes: ['53022 /usr/bin/perl /usr/local/bin/k3s server '],
    mounts: [
      '/var/lib/kubelet/pods/stand-in/volumes/kubernetes.io~projected/token',
      '/run/k3s/containerd/io.containerd.runtime.v2.task/k8s.io/stand-in/rootfs',
    ],
    links: ['cni0', 'flannel.1'],
    namespaces: ['cni-1234'],
    rules: ['iptables: 8 lines'],
    ipsets: ['KUBE-SRC-2A5QTGTCFRJLYPFK'],
    paths: ['/etc/rancher'],
  })
  expect(leftoverLines(found)).toEqual(TRACES.split('\n'))
})

it('shows nothing of a leftover that a terminal would take as a command', () => {
  const found = parseFact(leftovers([]), 'process 7 \x1b[8mhidden\x1b]0;title\x07')
  expect(leftoverLines(found)).toEqual(['process 7 hidden'])
})

it.each(['', 'pathological x', 'a mount /x'])('finds nothing left in "%s"', (text) => {
  expect(leftoverLines(parseFact(leftovers([]), text))).toEqual([])
})
