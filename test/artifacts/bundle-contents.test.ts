import { expect, it } from 'vitest'
import { type Artifact, bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { bundleSbom } from '../../src/artifacts/bundle-sbom.ts'
import { diffLocks } from '../../src/artifacts/diff-locks.ts'
import { artifact } from '../helpers/test-cluster.ts'

const DIGEST = (digit: string) => `sha256:${digit.repeat(64)}`
const lockOf = (...files: Artifact[]) => bundleLockSchema.parse({ version: 2, description: 'test', files })
const images = (digit: string, ...names: string[]): Artifact => ({
  ...artifact('images'),
  name: 'images/hub.tar',
  sha256: digit.repeat(64),
  images: names.map((name) => ({ name, digest: DIGEST(digit) })),
})
const k3s = (version: string, digit: string): Artifact => ({
  ...artifact('k3s'),
  name: 'k3s',
  version,
  sha256: digit.repeat(64),
})

it('tells files and images apart by version and digest', () => {
  const before = lockOf(k3s('v1.34.1+k3s1', '1'), images('2', 'quay.io/a/hub:1', 'quay.io/a/old:1'))
  const after = lockOf(k3s('v1.35.0+k3s1', '3'), images('4', 'quay.io/a/hub:1', 'quay.io/a/new:1'))
  expect(diffLocks(before, after)).toEqual([
    { sign: '~', what: 'file', name: 'images/hub.tar', from: '2'.repeat(12), to: '4'.repeat(12) },
    { sign: '~', what: 'file', name: 'k3s', from: 'v1.34.1+k3s1', to: 'v1.35.0+k3s1' },
    { sign: '~', what: 'image', name: 'quay.io/a/hub:1', from: '2'.repeat(12), to: '4'.repeat(12) },
    { sign: '+', what: 'image', name: 'quay.io/a/new:1', from: undefined, to: '4'.repeat(12) },
    { sign: '-', what: 'image', name: 'quay.io/a/old:1', from: '2'.repeat(12), to: undefined },
  ])
  expect(diffLocks(before, before)).toEqual([])
})

it('lists files, images and packages for CycloneDX', () => {
  const lock = lockOf(k3s('v1.34.1+k3s1', '1'), images('2', 'quay.io/a/hub:1'), {
    ...artifact('images'),
    kind: 'packages',
    name: 'packages/ubuntu-22.04-amd64.tar',
    release: 'ubuntu-22.04',
    packages: [{ name: 'docker.io', version: '24.0.7-0ubuntu2~22.04.1' }],
  })
  const bom = JSON.parse(bundleSbom(lock))
  expect(bom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' })
  expect(bom.serialNumber).toMatch(
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  )
  expect(bom.components).toMatchObject([
    { 'bom-ref': 'k3s', version: 'v1.34.1+k3s1', purl: 'pkg:github/k3s-io/k3s@v1.34.1%2Bk3s1' },
    { 'bom-ref': 'images/hub.tar', hashes: [{ alg: 'SHA-256', content: '2'.repeat(64) }] },
    {
      type: 'container',
      name: 'quay.io/a/hub:1',
      purl: `pkg:oci/hub@sha256%3A${'2'.repeat(64)}?arch=amd64&repository_url=quay.io/a/hub&tag=1`,
    },
    { 'bom-ref': 'packages/ubuntu-22.04-amd64.tar' },
    { purl: 'pkg:deb/ubuntu/docker.io@24.0.7-0ubuntu2~22.04.1?arch=amd64&distro=ubuntu-22.04' },
  ])
  const refs = bom.components.map((component: { 'bom-ref': string }) => component['bom-ref'])
  expect(new Set(refs).size).toBe(refs.length)
  expect(bundleSbom(lock)).toBe(bundleSbom(lock))
})
