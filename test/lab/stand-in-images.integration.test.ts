import { readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it } from 'vitest'
import { imageStore, type StoredImage } from '../../src/facts/image-store.ts'
import { imageArchive, ociArchive } from '../../src/lab/stand-in-images.ts'
import { parseFact } from '../helpers/parse-fact.ts'
import { eventually, freePort, type StandInRoot, standInRoot } from './stand-in-root.ts'

let root: StandInRoot
afterEach(async () => {
  await stop()
  root?.remove()
})

const FOLDER = 'var/lib/rancher/k3s/agent/images'
const A = 'quay.io/a:1'
const B = 'quay.io/b:1'

/** A server of this version that runs, with these files of the images folder. */
async function serve(version: string, files: Record<string, string | Buffer> = {}): Promise<void> {
  root = standInRoot({ token: 'x', 'node-ip': '127.0.0.1', 'https-listen-port': await freePort() }, version)
  for (const [name, content] of Object.entries(files)) put(name, content)
  await restart()
}

async function restart(): Promise<void> {
  const child = root.start('server')
  const { code } = await eventually(() => root.k3s('ctr', 'images', 'ls', '-q'))
  expect(code).toBe(0)
  ends.push(
    () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve())
        child.kill('SIGKILL')
      }),
  )
}
const ends: (() => Promise<void>)[] = []
const stop = () => Promise.all(ends.splice(0).map((end) => end()))

function put(name: string, content: string | Buffer): string {
  const path = root.write(`${FOLDER}/${name}`, '')
  writeFileSync(path, content)
  return path
}

async function store(): Promise<ReadonlyMap<string, StoredImage>> {
  const { stdout } = await root.k3s('ctr', '-n', 'k8s.io', 'images', 'ls')
  const text = ['read', ...stdout.split('\n')].map((line) => `image ${line}`).join('\n')
  return parseFact(imageStore, text) ?? new Map()
}
const names = async () => [...(await store()).keys()]
const comes = (name: string) =>
  eventually(
    () => root.k3s('ctr', 'images', 'ls', '-q'),
    ({ stdout }) => stdout.split('\n').includes(name),
  )
const ctr = (...args: string[]) => root.k3s('ctr', '-n', 'k8s.io', 'images', ...args)
const archive = (...images: string[]) => ociArchive(images, 'amd64')

describe('the store of the stand-in K3s', () => {
  it.each([
    { version: 'v1.26.12+k3s1', pinned: false },
    { version: 'v1.26.13+k3s1', pinned: true },
  ])('has digests, and pins what $version imports: $pinned', async ({ version, pinned }) => {
    const { content, images } = await archive(A)
    await serve(version, { 'a.tar': content, 'b.tar': (await imageArchive([B], 'amd64')).content })
    await comes(B)
    expect((await store()).get(A)).toEqual({ digest: images[0]?.digest, pinned })
    expect((await store()).get(B)).toMatchObject({ pinned })
  })

  it('changes by ctr, as the real one does', async () => {
    const { content } = await archive(A, B)
    await serve('v1.28.6+k3s1')
    const path = root.write('elsewhere.tar', '')
    writeFileSync(path, content)
    expect(await ctr('import', path)).toMatchObject({ code: 0 })
    expect((await store()).get(A)).toMatchObject({ pinned: false })
    await ctr('label', A, 'io.cattle.k3s.pinned=pinned', 'io.cri-containerd.pinned=pinned')
    expect((await store()).get(A)).toMatchObject({ pinned: true })
    await ctr('rm', B)
    expect(await names()).toEqual([A])
    expect(await ctr('label', B, 'x=y')).toMatchObject({ code: 1 })
  })

  it.each([
    { version: 'v1.32.1+k3s1', reads: false },
    { version: 'v1.32.2+k3s1', reads: true },
  ])('ctr of $version reads compressed archives: $reads', async ({ version, reads }) => {
    await serve(version)
    const path = root.write('a.tar.gz', '')
    writeFileSync(path, gzipSync((await archive(A)).content))
    const { code, stderr } = await ctr('import', path)
    expect(stderr).toBe(reads ? '' : 'ctr: archive/tar: invalid tar header\n')
    expect(code).toBe(reads ? 0 : 1)
    expect(await names()).toEqual(reads ? [A] : [])
  })

  it.each([
    { version: 'v1.31.4+k3s1', when: 'at its next start' },
    { version: 'v1.31.5+k3s1', when: 'while it runs' },
  ])('$version imports what appears in its folder $when', async ({ version, when }) => {
    await serve(version, { 'a.tar': (await archive(A)).content })
    await comes(A)
    put('b.tar', (await archive(B)).content)
    if (when === 'at its next start') {
      await stop()
      await restart()
    }
    await comes(B)
    expect(await names()).toEqual([A, B])
  })

  it.each([
    { version: 'v1.34.9+k3s1', works: false },
    { version: 'v1.34.10+k3s1', works: true },
  ])(
    'with .cache.json $version keeps pins and sees archives of equal size: $works',
    async ({ version, works }) => {
      await serve(version, { '.cache.json': '', 'a.tar': (await archive(A)).content })
      await comes(A)
      const cache = join(root.path, FOLDER, '.cache.json')
      await expect.poll(() => readFileSync(cache, 'utf8'), { timeout: 5000 }).toContain(A)
      await stop()
      await restart()
      await expect.poll(async () => (await store()).get(A)?.pinned, { timeout: 5000 }).toBe(works)
      await stop()
      const path = put('a.tar', (await archive(B)).content)
      utimesSync(path, Date.now() / 1000 + 60, Date.now() / 1000 + 60)
      await restart()
      expect(await names()).toEqual(works ? [A, B] : [A])
      await stop()
      rmSync(cache)
      await restart()
      await comes(B)
      expect((await store()).get(B)).toMatchObject({ pinned: true })
    },
  )
})
