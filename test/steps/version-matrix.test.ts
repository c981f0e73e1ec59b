import { expect, it } from 'vitest'
import { systemGaps, versionGaps } from '../../src/steps/version-matrix.ts'
import { testBundle, testCluster } from '../helpers/test-cluster.ts'

const bundle = (k3s: string, helm = 'v3.19.0', standIn = false) => {
  const files = testBundle(k3s).files.map((file) =>
    file.kind === 'helm' ? { ...file, version: helm } : file,
  )
  return { ...testBundle(), standIn, files }
}
const CHART = { version: '4.4.0', kubeVersion: '>=1.28.0-0' }

it.each([
  { k3s: 'v1.34.1+k3s1', found: [] },
  { k3s: 'v1.28.0+k3s1', helm: 'v3.13.0', found: [] },
  {
    k3s: 'v1.21.3+k3s1',
    helm: 'v3.6.3',
    found: [
      'error: chart 4.4.0 needs Kubernetes 1.28.0 or newer, and the bundle has K3s v1.21.3+k3s1 → `chart: {version: 2.0.0}` in bundle.yaml is the newest for it; or take a newer K3s',
    ],
  },
  { k3s: 'v1.21.3+k3s1', helm: 'v3.6.3', chart: { version: '2.0.0', kubeVersion: '>=1.20.0-0' }, found: [] },
  { k3s: 'v1.21.3+k3s1', helm: 'v3.6.3', chart: {}, found: [] },
  // the range of a fork, which only Helm itself understands
  { k3s: 'v1.34.1+k3s1', chart: { version: '9.0.0', kubeVersion: '^1.40' }, found: [] },
  { k3s: 'v1.30.1+k3s1', helm: 'v3.18.6', found: [] },
  {
    k3s: 'v1.30.1+k3s1',
    found: [
      'warning: Helm v3.19.0 is made for Kubernetes 1.31 to 1.34, and the bundle has K3s v1.30.1+k3s1 → take the Helm of that time: v3.15',
    ],
  },
  {
    k3s: 'v1.37.0+k3s1',
    helm: 'v4.2.4',
    found: [
      'warning: Helm v4.2.4 is made for Kubernetes 1.33 to 1.36, and the bundle has K3s v1.37.0+k3s1 → take the Helm of that time: v3.22 or v4.3',
    ],
  },
  { k3s: 'v1.36.0+k3s1', helm: 'v4.2.4', found: [] },
  { k3s: 'v1.33.0+k3s1', helm: 'v3.21.4', found: [] },
  { k3s: 'v1.30.1+k3s1', helm: '', found: [] },
  { k3s: 'v1.30.1+k3s1', helm: 'v3.19.0+stand-in', standIn: true, found: [] },
])('K3s $k3s, Helm $helm, chart $chart', ({ k3s, helm, chart = CHART, standIn, found }) => {
  const gaps = versionGaps(bundle(k3s, helm, standIn), chart)
  expect(gaps.map(({ level, message, hint }) => `${level}: ${message} → ${hint}`)).toEqual(found)
})

const os = (id: string, version: string) => ({ id, version })
it.each([
  { k3s: 'v1.34.9+k3s1', seen: { cgroup: 1 as const, os: os('ubuntu', '20.04') }, found: [] },
  {
    k3s: 'v1.35.0+k3s1',
    seen: { cgroup: 1 as const, os: os('ubuntu', '20.04') },
    found: ['error cgroup: it has cgroup v1, with which K3s v1.35.0+k3s1 does not start'],
  },
  { k3s: 'v1.35.0+k3s1', seen: { cgroup: 2 as const, os: os('ubuntu', '22.04') }, found: [] },
  { k3s: 'v1.21.3+k3s1', seen: { cgroup: 2 as const, os: os('ubuntu', '22.04') }, found: [] },
  {
    k3s: 'v1.21.3+k3s1',
    seen: { cgroup: 2 as const, os: os('ubuntu', '24.04') },
    found: [
      'warning bundle: K3s v1.21.3+k3s1 is years older than its system, and nobody has tried the two together',
    ],
  },
  {
    k3s: 'v1.21.3+k3s1',
    seen: { cgroup: 1 as const, os: os('ubuntu', '18.04') },
    gpu: true,
    found: [
      "warning bundle: it has a GPU, and K3s v1.21.3+k3s1 does not look for NVIDIA's container runtime",
    ],
  },
  { k3s: 'v1.35.0+k3s1', seen: {}, found: [] },
])('K3s $k3s on $seen with has_gpu=$gpu', ({ k3s, seen, gpu = false, found }) => {
  const [host] = testCluster({ settings: { d1: { has_gpu: gpu } } }).hosts
  const known = 'os' in seen ? { ...seen, architecture: 'amd64' } : undefined
  const gaps = host ? systemGaps(bundle(k3s), host, known) : []
  expect(gaps.map(({ level, id, message }) => `${level} ${id}: ${message}`)).toEqual(found)
  expect(gaps.every(({ hint, machines }) => hint !== '' && machines.join() === 'd1')).toBe(true)
})

it('a stand-in starts on every system', () => {
  const [host] = testCluster().hosts
  const seen = { cgroup: 1 as const, os: os('ubuntu', '20.04'), architecture: 'amd64' }
  expect(host && systemGaps(bundle('v1.35.0+k3s1', 'v3.19.0', true), host, seen)).toEqual([])
})
