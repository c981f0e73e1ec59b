import { expect, it } from 'vitest'
import type { Artifact } from '../../../src/artifacts/bundle-lock.ts'
import { lockChanges } from '../../../src/artifacts/pull/lock-changes.ts'

const file = (name: string, more: Partial<Artifact> & { sum?: string } = {}): Artifact => {
  const { sum = 'a', ...rest } = more
  return {
    ...{ name, size: 1, sha256: sum.repeat(64), kind: 'k3s', architecture: 'amd64', roles: ['driver'] },
    ...rest,
  } as Artifact
}
const k3s = (version: string, sum: string) => file('k3s', { version, sum })
const chart = (version: string, sum: string) =>
  file(`charts/jupyterhub-${version}.tgz`, { kind: 'chart', architecture: 'all', version, sum })
const image = (from: string, sum: string) =>
  file(`images/${from.replace(/[/:]/g, '_')}.tar`, {
    ...{ kind: 'images', from, sum },
    images: [{ name: from, digest: `sha256:${sum.repeat(64)}` }],
  })
const source = (sum: string) => file('sources/sha256sum-amd64.txt', { kind: 'source', roles: [], sum })
const system = (sum: string) =>
  file('images/k3s-airgap-images-amd64.tar.zst', { kind: 'images', sum, from: 'https://github.com/k3s' })

it.each<{ what: string; before: Artifact[]; after: Artifact[]; changes: string[] }>([
  { what: 'nothing', before: [k3s('v1', 'a')], after: [k3s('v1', 'a')], changes: [] },
  {
    what: 'a new version of all',
    before: [k3s('v1', 'a'), system('a'), chart('4.3.0', 'a'), source('a'), image('quay.io/hub:4.3.0', 'a')],
    after: [k3s('v2', 'b'), system('b'), chart('4.4.0', 'b'), source('b'), image('quay.io/hub:4.4.0', 'b')],
    changes: [
      '~ chart jupyterhub: 4.3.0 → 4.4.0',
      '~ images/k3s-airgap-images-amd64.tar.zst: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb',
      '~ k3s amd64: v1 → v2',
      '~ quay.io/hub amd64: 4.3.0 → 4.4.0',
    ],
  },
  {
    what: 'another image under the same tag',
    before: [image('quay.io/hub:latest', 'a')],
    after: [image('quay.io/hub:latest', 'b')],
    changes: ['~ quay.io/hub amd64: sha256:aaaaaaaaaaaa → sha256:bbbbbbbbbbbb'],
  },
  {
    what: 'more and less',
    before: [image('quay.io/old:1', 'a')],
    after: [image('quay.io/new:2', 'b'), file('registry-amd64', { kind: 'registry', version: 'v3.0.0' })],
    changes: ['+ quay.io/new amd64:  → 2', '- quay.io/old amd64: 1 → ', '+ registry amd64:  → v3.0.0'],
  },
  {
    what: 'two tags of one image',
    before: [image('quay.io/hub:1', 'a')],
    after: [image('quay.io/hub:1', 'a'), image('quay.io/hub:2', 'b')],
    changes: ['+ images/quay.io_hub_2.tar:  → 2'],
  },
])('$what', ({ before, after, changes }) => {
  expect(
    lockChanges(before, after).map(
      ({ sign, what, before = '', after = '' }) => `${sign} ${what}: ${before} → ${after}`,
    ),
  ).toEqual(changes)
})
