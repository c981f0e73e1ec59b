import { expect, it } from 'vitest'
import type { Artifact } from '../../src/artifacts/bundle-lock.ts'
import { clusterData } from '../../src/facts/cluster-data.ts'
import { command } from '../../src/facts/command.ts'
import { type Disk, disk } from '../../src/facts/disk.ts'
import { imageStore } from '../../src/facts/image-store.ts'
import { owned } from '../../src/facts/owned.ts'
import { preflight } from '../../src/steps/preflight.ts'
import {
  type Answer,
  contextOf,
  diskOf,
  is,
  NO_CLUSTER,
  present,
  recordOf,
  running,
} from '../helpers/fake-facts.ts'
import { knownOf } from '../helpers/plan-step.ts'
import {
  artifact,
  type ClusterParts,
  hubArchive,
  imageDigest,
  testBundle,
  testDesired,
  testPackages,
} from '../helpers/test-cluster.ts'

/** What preflight finds on a worker, as "id: message" and the hint. */
function found(
  files: readonly Artifact[],
  answers: readonly Answer[],
  host = 'w1',
  version?: string,
  parts: ClusterParts = {},
): string[] {
  const bundle = testBundle(version)
  const others = bundle.files.filter(({ kind }) => kind !== 'images')
  const desired = testDesired(parts, { bundle: { ...bundle, files: [...others, ...files] } })
  const contexts = [contextOf(preflight, desired, host, knownOf(desired, { [host]: answers }))]
  return (preflight.check?.(contexts) ?? []).flatMap(({ id, message, hint }) => [`${id}: ${message}`, hint])
}

const FOLDER = '/var/lib/rancher/k3s/agent/images'
const K3S = '/usr/local/bin/k3s'
const held = (path: string, { sha256: digest }: Artifact, mode = '644') => present(path, { digest, mode })
const runs = (version: string): Answer[] => [
  running('k3s-agent.service'),
  is(clusterData, { ...NO_CLUSTER, version, role: 'worker' }),
  is(owned, (recordOf({ files: [K3S] })[0] as Answer)[1] as never),
  held(K3S, artifact('k3s'), '755'),
]
const packed = hubArchive('images/hub.tar.zst', { images: undefined })
const named = hubArchive('images/hub.tar.zst')

it.each<{ what: string; version: string; file: Artifact; answers: Answer[]; found: string[] }>([
  {
    what: 'a K3s that reads zstd only when it starts',
    version: 'v1.31.5+k3s1',
    file: packed,
    answers: runs('v1.31.5+k3s1'),
    found: [
      'image-archive: images/hub.tar.zst is compressed with zstd, which K3s v1.31.5+k3s1 only reads when it starts, and the machine has no zstd',
      '`sudo apt-get install zstd` there, or put the archive into the bundle as .tar or .tar.gz',
    ],
  },
  {
    what: 'the same with zstd',
    version: 'v1.31.5+k3s1',
    file: packed,
    answers: [...runs('v1.31.5+k3s1'), is(command('zstd'), '/usr/bin/zstd')],
    found: [],
  },
  { what: 'containerd 2', version: 'v1.31.6+k3s1', file: packed, answers: runs('v1.31.6+k3s1'), found: [] },
  { what: 'a K3s that does not run', version: 'v1.31.5+k3s1', file: packed, answers: [], found: [] },
  {
    what: 'a K3s that takes it from its folder',
    version: 'v1.31.5+k3s1',
    file: named,
    answers: runs('v1.31.5+k3s1'),
    found: [],
  },
  {
    what: 'an image of it that is gone',
    version: 'v1.28.5+k3s1',
    file: named,
    answers: [...runs('v1.28.5+k3s1'), held(`${FOLDER}/hub.tar.zst`, named), is(imageStore, new Map())],
    found: [
      'image-archive: images/hub.tar.zst is compressed with zstd, which K3s v1.28.5+k3s1 only reads when it starts, and the machine has no zstd',
      '`sudo apt-get install zstd` there, or put the archive into the bundle as .tar or .tar.gz',
    ],
  },
  {
    what: 'an archive that is in place and complete',
    version: 'v1.28.5+k3s1',
    file: named,
    answers: [
      ...runs('v1.28.5+k3s1'),
      held(`${FOLDER}/hub.tar.zst`, named),
      is(
        imageStore,
        new Map(named.images?.map(({ name }) => [name, { digest: imageDigest(name), pinned: true }])),
      ),
    ],
    found: [],
  },
])('an archive in zstd and $what: $found', ({ version, file, answers, found: wanted }) => {
  expect(found([file], answers, 'w1', version)).toEqual(wanted)
})

const RANCHER = '/var/lib/rancher'
const MIB = 1024 ** 2
const tar = artifact('hub.tar', { kind: 'images', size: 1000 * MIB })
const zst = artifact('hub.tar.zst', { kind: 'images', size: 1000 * MIB })
const at = (path: string, more: Partial<Disk>) => is(disk(path), diskOf(more))
const RULE =
  'and 1024 MiB must be left (each archive of images counts with 3 times its size in containerd, 6 times if it is compressed)'
const HINT = 'free some room, or mount a larger disk at /var/lib/rancher'

it.each<{
  what: string
  files?: Artifact[]
  answers: Answer[]
  host?: string
  parts?: ClusterParts
  found: string[]
}>([
  { what: 'enough', answers: [at(RANCHER, { freeMiB: 1000 + 3000 + 1024 + 1 })], files: [tar], found: [] },
  {
    what: 'a little too small for an archive and its images',
    answers: [at(RANCHER, { freeMiB: 1000 + 3000 + 1024, mount: '/var' })],
    files: [tar],
    found: [`disk: /var has 5024 MiB free; what is sent needs 4001 MiB, ${RULE}`, HINT],
  },
  {
    what: 'too small for a compressed archive',
    answers: [at(RANCHER, { freeMiB: 8000, mount: '/var' })],
    files: [zst],
    found: [`disk: /var has 8000 MiB free; what is sent needs 7001 MiB, ${RULE}`, HINT],
  },
  {
    what: 'small, with everything there',
    answers: [
      at(RANCHER, { freeMiB: 1100 }),
      held(`${FOLDER}/hub.tar`, tar),
      held(K3S, artifact('k3s'), '755'),
      is(owned, (recordOf({ files: [K3S] })[0] as Answer)[1] as never),
    ],
    files: [tar],
    found: [],
  },
  {
    what: 'small, where an archive was sent and not imported',
    answers: [
      at(RANCHER, { freeMiB: 3000, mount: '/var' }),
      held('/var/lib/rancher/k3s/agent/convecthub-incoming/hub.tar', tar),
    ],
    files: [tar],
    found: [`disk: /var has 3000 MiB free; what is sent needs 3001 MiB, ${RULE}`, HINT],
  },
  {
    what: 'full, which is told once',
    answers: [at(RANCHER, { freeMiB: 100, mount: '/var' })],
    files: [zst],
    found: ['disk: /var has only 100 MiB free', 'free some room'],
  },
  {
    what: 'too small for the programs on a file system of their own',
    answers: [at('/usr/local/bin', { freeMiB: 0, mount: '/usr' })],
    found: ['disk: /usr has 0 MiB free; what is sent needs 1 MiB', HINT],
  },
  {
    what: 'one file system for everything on a driver',
    host: 'd1',
    answers: [RANCHER, '/usr/local/bin', '/var/lib/convecthub', '/var/lib/convecthub/bin'].map((path) =>
      at(path, { freeMiB: 5024 }),
    ),
    files: [tar],
    found: [`disk: / has 5024 MiB free; what is sent needs 4004 MiB, ${RULE}`, HINT],
  },
  {
    what: "too small for the bundle's packages",
    parts: { settings: { w1: { apt_repo: 'bundle' } } },
    answers: [at('/var/lib/convecthub', { freeMiB: 150, mount: '/var' })],
    files: [testPackages()],
    found: ['disk: /var has 150 MiB free; what is sent needs 153 MiB', HINT],
  },
  {
    what: 'too small for the storage of an image registry',
    parts: { registry: 'w1' },
    answers: [at('/var/lib/convecthub-registry', { freeMiB: 900, mount: '/var' })],
    files: [artifact('registry', { kind: 'registry' }), hubArchive('images/hub.tar', { size: 1000 * MIB })],
    found: ['disk: /var has 900 MiB free; what is sent needs 1000 MiB', HINT],
  },
])('a disk that is $what: $found', ({ files = [], answers, host, parts, found: wanted }) => {
  expect(found(files, answers, host, undefined, parts)).toEqual(wanted)
})
