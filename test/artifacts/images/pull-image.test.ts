import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unpackTar } from 'modern-tar'
import pLimit from 'p-limit'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { blobFolder } from '../../../src/artifacts/images/blob-folder.ts'
import { imageSize, pullImage } from '../../../src/artifacts/images/pull-image.ts'
import { openRegistries } from '../../../src/artifacts/images/registries.ts'
import { resolveImage } from '../../../src/artifacts/images/resolve-image.ts'
import { digest } from '../../../src/digest.ts'
import { fakeRegistry, type Request, served } from './helpers/fake-registry.ts'
import { DOCKER, type MadeImage, madeImage, madeIndex } from './helpers/made-image.ts'

type Answers = Parameters<typeof fakeRegistry>[0]

const QUAY = 'https://quay.io/v2/a/b'

const hello = await madeImage(['hello', 'world', 'hello'])
const index = madeIndex([hello, await madeImage(['hello'], { architecture: 'arm64' })])

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pull-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string) => join(folder, name)

/** Pulls images as `bundle pull` does, all at the same time. */
async function pull(
  image: MadeImage,
  { names = ['quay.io/a/b:v1'], blobs = 'blobs', answers = served(QUAY, image) as Answers } = {},
) {
  const { http, requests } = fakeRegistry(answers)
  const registries = openRegistries({ http, logins: () => undefined })
  const fetchBlob = blobFolder(at(blobs), registries, pLimit(2))
  const pulled = await Promise.all(
    names.map(async (name, position) => {
      const resolved = await resolveImage(name, 'amd64', registries)
      let heard = 0
      const path = at(`${position}.tar`)
      const result = await pullImage(resolved, path, fetchBlob, (count) => {
        heard += count
      })
      expect(heard).toBe(imageSize(resolved))
      return { ...result, path }
    }),
  )
  return { pulled, fetched: requests.map(({ url }) => url).filter((url) => url.includes('/blobs/')) }
}

/** The files of an archive, in order. */
async function filesOf(path: string) {
  const entries = await unpackTar(readFileSync(path), { strict: true })
  return entries.map(({ header, data }) => ({ header, text: Buffer.from(data ?? '').toString() }))
}

it('writes an archive for containerd and docker load, with nothing in it but the image', async () => {
  const { pulled } = await pull(index)
  const [{ image, size, sha256, path } = expect.fail()] = pulled
  expect(image).toEqual({ name: 'quay.io/a/b:v1', digest: hello.digest })
  expect({ size, sha256 }).toEqual({ size: readFileSync(path).length, sha256: digest(readFileSync(path)) })
  const files = await filesOf(path)
  const [manifest = '', config = '', one = '', two = ''] = [...hello.blobs.keys()].map((each) =>
    `blobs/${each}`.replace(':', '/'),
  )
  expect(files.map(({ header }) => header.name)).toEqual([
    'oci-layout',
    'index.json',
    'manifest.json',
    manifest,
    config,
    one,
    two,
  ])
  const [layout, list, own, bytes] = files.map(({ text }) => text)
  expect(bytes).toBe(hello.bytes.toString())
  expect(JSON.parse(layout ?? '')).toEqual({ imageLayoutVersion: '1.0.0' })
  expect(JSON.parse(list ?? '').manifests).toEqual([
    {
      mediaType: hello.mediaType,
      digest: hello.digest,
      size: hello.bytes.length,
      annotations: {
        'io.containerd.image.name': 'quay.io/a/b:v1',
        'org.opencontainers.image.ref.name': 'v1',
      },
      platform: { architecture: 'amd64', os: 'linux' },
    },
  ])
  expect(JSON.parse(own ?? '')).toEqual([
    { Config: config, RepoTags: ['quay.io/a/b:v1'], Layers: [one, two, one] },
  ])
  expect(files.filter(({ header: { uid, gid, mtime } }) => uid || gid || mtime?.getTime())).toEqual([])
  expect(readdirSync(folder).toSorted()).toEqual(['0.tar', 'blobs'])
})

it.each([
  {
    name: `quay.io/a/b:v1@${index.digest}`,
    names: ['quay.io/a/b:v1', `quay.io/a/b@${index.digest}`, `quay.io/a/b:v1@${index.digest}`],
    tags: ['quay.io/a/b:v1'],
  },
  { name: `quay.io/a/b@${hello.digest}`, names: [`quay.io/a/b@${hello.digest}`], tags: null },
])('tells containerd every name that $name is asked by', async ({ name, names, tags }) => {
  const { pulled } = await pull(index, { names: [name] })
  const [{ image, path } = expect.fail()] = pulled
  const files = await filesOf(path)
  const { manifests } = JSON.parse(files[1]?.text ?? '')
  expect(image.name).toBe(name)
  expect(
    manifests.map(
      ({ annotations }: { annotations: object }) => Object(annotations)['io.containerd.image.name'],
    ),
  ).toEqual(names)
  expect(new Set(manifests.map(({ digest }: { digest: string }) => digest))).toEqual(new Set([hello.digest]))
  expect(JSON.parse(files[2]?.text ?? '')[0].RepoTags).toEqual(tags)
})

it('equal images give equal bytes, whether their blobs are fetched or there', async () => {
  const first = await pull(index)
  const again = await pull(index)
  const elsewhere = await pull(index, { blobs: 'other' })
  expect(again.pulled).toEqual(first.pulled)
  expect(elsewhere.pulled).toEqual(first.pulled)
  expect([first, again, elsewhere].map(({ fetched }) => fetched.length)).toEqual([3, 0, 3])
})

it('fetches what images share once', async () => {
  const other = 'https://quay.io/v2/c/d'
  const answers = {
    ...served(QUAY, index),
    ...served(other, await madeImage(['hello', 'more'], { types: DOCKER })),
  }
  const { fetched } = await pull(index, { names: ['quay.io/a/b:v1', 'quay.io/c/d:v1'], answers })
  const digests = fetched.map((url) => url.slice(url.lastIndexOf('/')))
  // the second one has no index, so that its configuration is looked at first
  expect(digests).toHaveLength(new Set(digests).size + 1)
})

it('fetches a blob again that is not what it should be', async () => {
  const [, , layer = ''] = [...hello.blobs.keys()]
  mkdirSync(at('blobs'))
  const size = hello.blobs.get(layer)?.length ?? 0
  writeFileSync(at(`blobs/${layer.slice('sha256:'.length)}`), Buffer.alloc(size))
  const { fetched } = await pull(index)
  expect(fetched).toContain(`${QUAY}/blobs/${layer}`)
})

it('asks again for a blob that took longer than its token was valid', async () => {
  vi.useFakeTimers()
  try {
    let tokens = 0
    const [, , layer = ''] = [...hello.blobs.keys()]
    const token = (authorization = '') => Number(authorization.slice('Bearer t'.length))
    const challenge = { 'www-authenticate': 'Bearer realm="https://quay.io/token"' }
    const guarded = Object.entries(served(QUAY, index)).map(([url, reply]) => [
      url,
      ({ authorization }: Request) => {
        if (!authorization) return { status: 401, headers: challenge }
        if (!url.endsWith(layer) || token(authorization) > 1) return reply
        vi.advanceTimersByTime(60_000)
        return { status: 401 }
      },
    ])
    const answers = {
      ...Object.fromEntries(guarded),
      'https://quay.io/token?scope=repository%3Aa%2Fb%3Apull': () => {
        tokens += 1
        return { body: `{"token":"t${tokens}"}` }
      },
    }
    const { pulled } = await pull(index, { answers })
    expect(pulled[0]?.image.digest).toBe(hello.digest)
    expect(tokens).toBe(2)
  } finally {
    vi.useRealTimers()
  }
})

it('leaves no archive when a blob cannot be fetched', async () => {
  const [, , layer = ''] = [...hello.blobs.keys()]
  const answers = { ...served(QUAY, index), [`${QUAY}/blobs/${layer}`]: { status: 500 } }
  await expect(pull(index, { answers })).rejects.toMatchObject({ code: 'SOURCE' })
  expect(readdirSync(folder)).toEqual(['blobs'])
})

it('leaves no archive when a blob is taken away meanwhile, or is cut short', async () => {
  const { http } = fakeRegistry(served(QUAY, index))
  const registries = openRegistries({ http, logins: () => undefined })
  const resolved = await resolveImage('quay.io/a/b:v1', 'amd64', registries)
  const fetchBlob = blobFolder(at('blobs'), registries, pLimit(2))
  const spoilt = (spoil: (path: string) => void) =>
    pullImage(resolved, at('x.tar'), async (...blob) => {
      const path = await fetchBlob(...blob)
      spoil(path)
      return path
    })
  await expect(spoilt((path) => rmSync(path))).rejects.toThrow('ENOENT')
  await expect(spoilt((path) => writeFileSync(path, 'x'))).rejects.toThrow('Size mismatch')
  expect(readdirSync(folder)).toEqual(['blobs'])
})
