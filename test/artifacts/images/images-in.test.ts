import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { chartIn } from '../../../src/artifacts/images/chart-in.ts'
import { imagesIn } from '../../../src/artifacts/images/images-in.ts'
import { ConvecthubError } from '../../../src/errors.ts'
import { random, seed } from '../../helpers/random.ts'
import { dockerSaveOf, type Files, LAYOUT, layoutOf, tarOf } from './helpers/archives.ts'
import { blobOf, DOCKER, madeImage, madeIndex, OCI } from './helpers/made-image.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'images-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function file(content: Uint8Array, name = 'x.tar'): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const amd64 = await madeImage(['hello'])
const arm64 = await madeImage(['hello'], { architecture: 'arm64' })
const other = await madeImage(['other'], { types: DOCKER })
const record = {
  ...{ mediaType: OCI.image, digest: blobOf('record').digest, size: 6 },
  platform: { architecture: 'unknown', os: 'unknown' },
}
const index = madeIndex([amd64, arm64], { more: [record] })
const named = (name: string) => ({ 'io.containerd.image.name': name })
const refNamed = (name: string) => ({ 'org.opencontainers.image.ref.name': name })
const HELLO = 'quay.io/a/hello:v1'

/** The files of docker save from version 25 on: both lists over the same blobs. */
const newDockerSave: Files = {
  ...layoutOf([{ image: amd64, annotations: { ...named(HELLO), ...refNamed('v1') } }]),
  'manifest.json': JSON.stringify([
    {
      Config: `blobs/${[...amd64.blobs.keys()][1]?.replace(':', '/')}`,
      RepoTags: [HELLO],
      Layers: [`blobs/${[...amd64.blobs.keys()][2]?.replace(':', '/')}`],
    },
  ]),
}

/** As crane pull writes it: the configuration by its digest, the layers beside it. */
function craneOf(): Files {
  const [, config = '', layer = ''] = [...amd64.blobs.keys()]
  const file = `${layer.slice('sha256:'.length)}.tar.gz`
  return {
    [config]: amd64.blobs.get(config) ?? '',
    [file]: amd64.blobs.get(layer) ?? '',
    'manifest.json': JSON.stringify([{ Config: config, RepoTags: [HELLO], Layers: [file] }]),
  }
}

/** What is read of an archive for amd64. */
interface Readable {
  what: string
  files: Files
  format: string
  images: readonly object[]
  architectures?: readonly string[]
  nameless?: readonly string[]
}

const withDigest = [{ name: HELLO, digest: amd64.digest }]
const withoutDigest = [{ name: HELLO }]

it.each<Readable>([
  {
    what: 'docker save before 25',
    files: dockerSaveOf(amd64, [HELLO]),
    format: 'docker',
    images: withoutDigest,
  },
  {
    what: 'docker save with names of Docker Hub',
    files: dockerSaveOf(amd64, ['traefik:v3', 'rancher/pause']),
    ...{ format: 'docker' },
    images: [{ name: 'docker.io/library/traefik:v3' }, { name: 'docker.io/rancher/pause:latest' }],
  },
  { what: 'docker save from 25 on', files: newDockerSave, format: 'oci', images: withDigest },
  { what: 'crane', files: craneOf(), format: 'docker', images: withoutDigest },
  {
    what: 'ctr',
    files: layoutOf([{ image: amd64, annotations: named(HELLO) }]),
    format: 'oci',
    images: withDigest,
  },
  {
    what: 'skopeo',
    files: layoutOf([{ image: amd64, annotations: refNamed(HELLO) }]),
    format: 'oci',
    images: withDigest,
  },
  {
    what: 'an index',
    files: layoutOf([{ image: index, annotations: named(HELLO) }]),
    ...{ format: 'oci', images: withDigest, architectures: ['amd64', 'arm64'] },
  },
  {
    what: 'an index of which it has one platform',
    files: layoutOf(
      [{ image: index, annotations: named(HELLO) }],
      new Map([...amd64.blobs, [index.digest, index.bytes]]),
    ),
    ...{ format: 'oci', images: withDigest },
  },
  {
    what: 'two manifests with one name, for two platforms',
    files: layoutOf([arm64, amd64].map((image) => ({ image, annotations: named(HELLO) }))),
    ...{ format: 'oci', images: withDigest, architectures: ['amd64', 'arm64'] },
  },
  {
    what: 'two images',
    files: layoutOf([
      { image: other, annotations: named('quay.io/a/other:v1') },
      { image: amd64, annotations: named(HELLO) },
    ]),
    ...{ format: 'oci', images: [...withDigest, { name: 'quay.io/a/other:v1', digest: other.digest }] },
  },
  {
    what: 'files that begin with ./',
    files: Object.fromEntries(Object.entries(newDockerSave).map(([name, text]) => [`./${name}`, text])),
    ...{ format: 'oci', images: withDigest },
  },
  {
    what: 'another architecture',
    files: layoutOf([{ image: arm64, annotations: named(HELLO) }]),
    ...{ format: 'oci', images: [], architectures: ['arm64'] },
  },
  {
    what: 'an image without a name',
    files: dockerSaveOf(amd64, null),
    ...{
      format: 'docker',
      images: [],
      nameless: [`${[...amd64.blobs.keys()][1]?.slice('sha256:'.length)}.json`],
    },
  },
  {
    what: 'a name that containerd would keep as it is',
    files: layoutOf([
      { image: amd64, annotations: refNamed('v1') },
      { image: other, annotations: refNamed('traefik:v3') },
    ]),
    ...{ format: 'oci', images: [], nameless: ['v1', 'traefik:v3'] },
  },
])(
  'reads the images of $what',
  async ({ files, format, images, architectures = ['amd64'], nameless = [] }) => {
    const tar = await tarOf(files)
    const expected = { kind: 'images', format, images, architectures, nameless }
    expect(await imagesIn(file(tar), 'amd64')).toMatchObject(expected)
    expect(await imagesIn(file(gzipSync(tar)), 'amd64')).toMatchObject(expected)
    expect(await chartIn(file(gzipSync(tar)))).toBeUndefined()
  },
)

it('without an architecture, reads all, and digests where there is one', async () => {
  const path = file(
    await tarOf(
      layoutOf([
        { image: index, annotations: named(HELLO) },
        { image: other, annotations: named('quay.io/a/other:v1') },
      ]),
    ),
  )
  expect(await imagesIn(path)).toMatchObject({
    architectures: ['amd64', 'arm64'],
    images: [{ name: HELLO }, { name: 'quay.io/a/other:v1', digest: other.digest }],
  })
})

it('lists the parts of each manifest', async () => {
  const path = file(await tarOf(layoutOf([{ image: index, annotations: named(HELLO) }])))
  const [, config = '', ...layers] = [...arm64.blobs.keys()]
  expect(await imagesIn(path, 'arm64')).toMatchObject({
    parts: new Map([[arm64.digest, { config, layers }]]),
  })
})

const CHART = 'name: jupyterhub\nversion: 4.4.0\nkubeVersion: ">=1.28.0-0"\n'

it('tells charts from images', async () => {
  const path = file(
    gzipSync(
      await tarOf({
        'jupyterhub/charts/sub/Chart.yaml': 'name: sub\nversion: 1.0.0\n',
        'jupyterhub/Chart.yaml': CHART,
        'jupyterhub/charts/Chart.yaml': 'name: sub\nversion: 2.0.0\n',
      }),
    ),
    'x.tgz',
  )
  expect(await chartIn(path)).toEqual({ name: 'jupyterhub', version: '4.4.0', kubeVersion: '>=1.28.0-0' })
  expect(await imagesIn(path, 'amd64')).toEqual({ kind: 'no-images' })
})

it.each([
  { what: 'other files', files: { 'linux-amd64/helm': 'program' } },
  { what: 'a manifest.json of another form', files: { 'manifest.json': '{"short_name":"Web app"}' } },
  {
    what: 'an index.json that is not in an OCI layout',
    files: { 'index.json': '{"schemaVersion":2,"manifests":[]}' },
  },
])('an archive with $what has no images', async ({ files }) => {
  expect(await imagesIn(file(await tarOf(files)))).toEqual({ kind: 'no-images' })
})

it.each([
  { form: 'bzip2', beginning: 'BZh9' },
  { form: 'xz', beginning: '\xfd7zXZ' },
  { form: 'lz4', beginning: '\x04"M\x18' },
])('cannot look into $form', async ({ form, beginning }) => {
  const path = file(Buffer.from(beginning, 'latin1'))
  expect(await imagesIn(path)).toEqual({ kind: 'unknown', why: `it is compressed with ${form}` })
  expect(await chartIn(path)).toBeUndefined()
})

const good = await tarOf(newDockerSave)
const layer = [...amd64.blobs.keys()][2]?.replace(':', '/')
const without = (name: string) =>
  Object.fromEntries(Object.entries(newDockerSave).filter(([each]) => !each.endsWith(name)))

/** The archive with other bytes in its first header. */
function withHeader(at: number, text: string, isSummed = true): Buffer {
  const tar = Buffer.from(good)
  tar.write(text, at, 'latin1')
  const sum = tar
    .subarray(0, 512)
    .fill(' ', 148, 156)
    .reduce((total, byte) => total + byte, 0)
  tar.write(`${(sum + (isSummed ? 0 : 1)).toString(8).padStart(6, '0')}\0 `, 148)
  return tar
}

it.each([
  { what: 'is empty', tar: '', why: 'it is cut short' },
  { what: 'is a text', tar: 'hello '.repeat(200), why: 'it is not a tar archive' },
  { what: 'is cut in a file', tar: good.subarray(0, 700), why: 'it is cut short' },
  { what: 'is cut at the end of a file', tar: good.subarray(0, 1024), why: 'it is cut short' },
  { what: 'is cut at its end', tar: good.subarray(0, -512), why: 'it is cut short' },
  { what: 'is compressed and cut', tar: gzipSync(good).subarray(0, -20), why: 'it is cut short' },
  {
    what: 'is compressed and damaged',
    tar: gzipSync(good).fill(0xff, 100, 120),
    why: /it is (damaged|not a tar archive)/,
  },
  { what: 'has a wrong checksum', tar: withHeader(100, '0000644', false), why: 'it is not a tar archive' },
  { what: 'has a size that lies', tar: withHeader(124, '77777777777'), why: 'it is cut short' },
  {
    what: 'has a size beyond all numbers',
    tar: withHeader(124, '\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff'),
    why: 'it is not a tar archive',
  },
  {
    what: 'goes on after its end',
    tar: Buffer.concat([good, Buffer.from('more')]),
    why: 'it is damaged (Invalid EOF.)',
  },
  {
    what: 'has a file outside',
    files: { 'a/../../etc/passwd': '' },
    why: 'it has a file named a/../../etc/passwd',
  },
  { what: 'has an absolute file', files: { '/etc/passwd': '' }, why: 'it has a file named /etc/passwd' },
  { what: 'has a file with a long name', files: { ['a'.repeat(5000)]: '' }, why: 'it has a file named aaaa' },
  {
    what: 'has a huge list',
    files: { 'index.json': ' '.repeat(1024 * 1024 + 1) },
    why: 'its index.json is too large',
  },
  {
    what: 'has a list that is not one',
    files: { 'oci-layout': LAYOUT, 'index.json': '{' },
    why: 'its index.json is not a list',
  },
  { what: 'has no list', files: { 'oci-layout': LAYOUT }, why: 'its index.json is not a list of images' },
  { what: 'lacks a layer', files: without(layer ?? ''), why: `it lacks blobs/${layer}, a part of ${HELLO}` },
  {
    what: 'lacks a manifest',
    files: without(amd64.digest.slice(7)),
    why: `it lacks blobs/sha256/${amd64.digest.slice(7)}`,
  },
  {
    what: 'lacks a layer of Docker',
    files: { ...dockerSaveOf(amd64, [HELLO]), [`${'0'.repeat(64)}/layer.tar`]: undefined },
    why: 'it lacks 0000',
  },
  {
    what: 'has a part that is not what its name says',
    files: { ...newDockerSave, [`blobs/sha256/${amd64.digest.slice(7)}`]: `${amd64.bytes} ` },
    why: 'is not what its name says',
  },
  {
    what: 'has a list twice',
    list: [...Object.entries(newDockerSave), ['index.json', '{}'] as const],
    why: 'its index.json is there twice',
  },
])('an archive that $what is an error', async ({ tar, files, list, why }) => {
  const given = Object.entries(files ?? {}).filter(
    (entry): entry is [string, string | Uint8Array] => entry[1] !== undefined,
  )
  const path = file(tar === undefined ? await tarOf(list ?? given) : Buffer.from(tar))
  await expect(imagesIn(path, 'amd64')).rejects.toMatchObject({
    code: 'ARCHIVE',
    message:
      typeof why === 'string'
        ? expect.stringContaining(`${path} cannot be used: `)
        : expect.stringMatching(why),
  })
  await expect(imagesIn(path, 'amd64')).rejects.toThrow(why)
})

it('a chart without a name is an error', async () => {
  const path = file(gzipSync(await tarOf({ 'x/Chart.yaml': 'version: 1.0.0\n' })))
  await expect(chartIn(path)).rejects.toMatchObject({
    code: 'ARCHIVE',
    message: expect.stringContaining('Chart.yaml'),
  })
})

it('a file that is not there is an error of this computer', async () => {
  await expect(imagesIn(join(folder, 'none.tar'))).rejects.toThrow('ENOENT')
})

it(`whatever is wrong in an archive, the answer is an answer or one error (CVH_SEED=${seed})`, async () => {
  const next = random()
  for (let round = 0; round < 150; round += 1) {
    const tar = Buffer.from(good)
    for (let flips = 0; flips <= round % 3; flips += 1)
      tar[Math.floor(next() * tar.length)] = Math.floor(next() * 256)
    const path = file(round % 5 === 0 ? tar.subarray(0, Math.floor(next() * tar.length)) : tar)
    const [answer] = await Promise.allSettled([imagesIn(path, 'amd64')])
    if (answer.status === 'rejected')
      expect(answer.reason instanceof ConvecthubError && answer.reason.code).toBe('ARCHIVE')
  }
})
