import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import type { HeldPackage } from '../../../src/artifacts/apt/make-repository.ts'
import type { PackagesItem } from '../../../src/artifacts/apt/package-items.ts'
import type { BundleLock } from '../../../src/artifacts/bundle-lock.ts'
import { loadBundle } from '../../../src/artifacts/load-bundle.ts'
import type { ImageInputs } from '../../../src/artifacts/proof/required-images.ts'
import { pullBundle } from '../../../src/artifacts/pull/pull-bundle.ts'
import type { WorkEvent } from '../../../src/artifacts/work-event.ts'
import { digest } from '../../../src/digest.ts'
import { ConvecthubError, ConvecthubErrors } from '../../../src/errors.ts'
import {
  archiveOf,
  bundleOffer,
  chartIndex,
  HUB_IMAGE,
  type Offer,
  putImage,
} from '../../helpers/bundle-offer.ts'
import { offerHttp } from '../../helpers/offer-http.ts'
import { madeImage, madeIndex } from '../images/helpers/made-image.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-pull-'))
  write('bundle.yaml', SPEC)
})
afterEach(() => rmSync(folder, { recursive: true }))

const SPEC = 'k3s: v1.36.4+k3s1\nhelm: v4.2.4\nchart:\n  version: 4.4.0\n'
const PROXY_IMAGE = 'quay.io/jupyterhub/configurable-http-proxy:5.2.0'
const RELEASE = 'https://github.com/k3s-io/k3s/releases/download/v1.36.4%2Bk3s1'
const write = (name: string, text: string) => writeFileSync(join(folder, name), text)
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
const lockNow = (): BundleLock => parse(read('bundle.lock.yaml'))

/** Packages for a release, made without apt: those of the lock where there is one, else those that there are now. */
const packagesOf = (release: string, held: readonly HeldPackage[]): PackagesItem => ({
  ...{
    kind: 'packages',
    name: `packages/${release}-amd64.tar`,
    release,
    architecture: 'amd64',
    roles: ['driver'],
  },
  make: async (path, locked = held) => {
    writeFileSync(path, JSON.stringify(locked))
    return locked
  },
  wouldHold: async () => held,
})

interface Wishes {
  update?: boolean
  offer: Offer
  /** What Helm renders. */
  rendered?: readonly string[]
  /** The packages that apt finds now. */
  held?: readonly HeldPackage[]
  signal?: AbortSignal
  onFetch?: (url: string) => void
}

/** Pulls, and tells what was asked of the servers. */
async function pull({
  update = false,
  offer,
  rendered = [HUB_IMAGE, PROXY_IMAGE],
  held = [],
  signal,
  onFetch,
}: Wishes) {
  const events: WorkEvent[] = []
  const inputs: ImageInputs[] = []
  const { http, asked } = offerHttp(offer, onFetch)
  const run = pullBundle({
    ...{ folder, update, logins: () => undefined },
    signal: signal ?? new AbortController().signal,
    emit: (event) => events.push(event),
    connect: () => http,
    layers: (values) => ['own: values', values],
    packages: ({ apt }) => apt.map(({ release }) => packagesOf(release, held)),
    findImages: async (given) => {
      inputs.push(given)
      const images = [...rendered, ...(given.extra ?? [])].map((name) => ({ name, by: 'a test' }))
      const values = digest(given.values.join('\n'))
      return { images, rendering: { chart: given.chart.sha256, values, images } }
    },
  })
  return { ...(await run), events, inputs, asked }
}

it('fetches all that a small bundle needs, and writes a lock that loads', async () => {
  const { lock, changes, inputs, events } = await pull({ offer: await bundleOffer() })
  expect(changes).toEqual([])
  expect(
    lock.files.map(({ name, kind, version = '', from }) => [name, kind, version, from].join(' ')),
  ).toEqual([
    'charts/jupyterhub-4.4.0.tgz chart 4.4.0 https://hub.jupyter.org/helm-chart/index.yaml',
    'helm helm v4.2.4 https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz',
    `images/k3s-airgap-images-amd64.tar.zst images  ${RELEASE}/k3s-airgap-images-amd64.tar.zst`,
    `images/quay.io_jupyterhub_configurable-http-proxy_5.2.0-amd64.tar images  ${PROXY_IMAGE}`,
    `images/quay.io_jupyterhub_k8s-hub_4.4.0-amd64.tar images  ${HUB_IMAGE}`,
    `k3s k3s v1.36.4+k3s1 ${RELEASE}/k3s`,
    'sources/helm-v4.2.4-linux-amd64.tar.gz.sha256sum source  https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz.sha256sum',
    `sources/k3s-images.txt source  ${RELEASE}/k3s-images.txt`,
    `sources/sha256sum-amd64.txt source  ${RELEASE}/sha256sum-amd64.txt`,
  ])
  await loadBundle(folder, { anew: true })
  expect(lockNow()).toEqual(lock)
  const images = lock.files.flatMap(({ images = [] }) => images)
  expect(images.map(({ name }) => name)).toEqual([
    ...['docker.io/rancher/mirrored-pause:3.6', 'docker.io/rancher/mirrored-coredns:1.12.3'],
    ...[PROXY_IMAGE, HUB_IMAGE],
  ])
  expect(images.slice(2).every((image) => /^sha256:/.test(image.digest ?? ''))).toBe(true)
  expect(statSync(join(folder, 'helm')).mode & 0o100).toBe(0o100)
  expect(inputs[0]).toMatchObject({ k3s: 'v1.36.4+k3s1', values: ['own: values', ''] })
  expect(readdirSync(join(folder, '.pull'))).toEqual([])
  expect(events.filter(({ event }) => event === 'fetched')).toHaveLength(lock.files.length)
})

it('asks nobody when everything is there', async () => {
  const offer = await bundleOffer()
  await pull({ offer })
  const before = read('bundle.lock.yaml')
  const again = await pull({ offer })
  expect(again.asked).toEqual([])
  expect(read('bundle.lock.yaml')).toBe(before)
})

it.each([
  { what: 'a file', name: 'k3s', asked: [`${RELEASE}/k3s`] },
  {
    what: 'a program out of an archive',
    name: 'helm',
    asked: ['https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz'],
  },
  {
    what: 'a chart',
    name: 'charts/jupyterhub-4.4.0.tgz',
    asked: [
      'https://hub.jupyter.org/helm-chart/index.yaml',
      'https://hub.jupyter.org/helm-chart/jupyterhub-4.4.0.tgz',
    ],
  },
  {
    what: 'a list of checksums',
    name: 'sources/sha256sum-amd64.txt',
    asked: [`${RELEASE}/sha256sum-amd64.txt`],
  },
])('fetches $what again when it was changed, and nothing else', async ({ name, asked }) => {
  const offer = await bundleOffer()
  await pull({ offer })
  const right = read(name)
  write(name, 'changed')
  expect((await pull({ offer })).asked).toEqual(asked)
  expect(read(name)).toBe(right)
})

it('fetches an image again by the digest in the lock, whatever its tag means now', async () => {
  const offer = await bundleOffer()
  await pull({ offer })
  const name = 'images/quay.io_jupyterhub_k8s-hub_4.4.0-amd64.tar'
  const right = read(name)
  putImage(offer, HUB_IMAGE, await madeImage(['another hub']))
  rmSync(join(folder, name))
  await pull({ offer })
  expect(read(name)).toBe(right)
})

it('gives equal bytes for one lock in two folders', async () => {
  const offer = await bundleOffer()
  const { lock } = await pull({ offer })
  const [first, text] = [folder, read('bundle.lock.yaml')]
  folder = mkdtempSync(join(tmpdir(), 'convecthub-pull-'))
  write('bundle.yaml', SPEC)
  write('bundle.lock.yaml', text)
  await pull({ offer })
  expect(read('bundle.lock.yaml')).toBe(text)
  for (const { name, sha256 } of lock.files) expect(digest(readFileSync(join(folder, name)))).toBe(sha256)
  rmSync(first, { recursive: true })
})

it.each([
  {
    what: 'another version',
    spec: SPEC.replace('4.4.0', '4.3.0'),
    evidence: '+ charts/jupyterhub-4.3.0.tgz (https://hub.jupyter.org/helm-chart/index.yaml)',
  },
  {
    what: 'another repository',
    spec: SPEC.replace('chart:', 'chart:\n  repo: https://charts.example.com/'),
    evidence: '+ charts/jupyterhub-4.4.0.tgz (https://charts.example.com/index.yaml)',
  },
  {
    what: 'one more image',
    spec: `${SPEC}images: [quay.io/extra/tool:1]\n`,
    evidence: '+ images/quay.io_extra_tool_1-amd64.tar (quay.io/extra/tool:1)',
  },
  {
    what: 'one image less',
    spec: SPEC,
    rendered: [PROXY_IMAGE],
    evidence: `- images/quay.io_jupyterhub_k8s-hub_4.4.0-amd64.tar (${HUB_IMAGE})`,
  },
])('refuses $what without --update', async ({ spec, rendered, evidence }) => {
  const offer = await bundleOffer()
  await pull({ offer })
  const before = read('bundle.lock.yaml')
  write('bundle.yaml', spec)
  const again = pull({ offer, ...(rendered && { rendered }) })
  await expect(again).rejects.toMatchObject({
    code: 'BUNDLE_CHANGED',
    details: { evidence, hint: `to change the lock: convecthub bundle pull ${folder} --update` },
  })
  expect(read('bundle.lock.yaml')).toBe(before)
})

it('refuses other values without --update, also where they name the same images', async () => {
  write('values.yaml', 'hub: {}\n')
  write('bundle.yaml', `${SPEC}values: values.yaml\n`)
  const offer = await bundleOffer()
  const { inputs } = await pull({ offer })
  expect(inputs[0]?.values).toEqual(['own: values', 'hub: {}\n'])
  write('values.yaml', 'hub: {a: 1}\n')
  await expect(pull({ offer })).rejects.toMatchObject({
    code: 'BUNDLE_CHANGED',
    message: expect.stringContaining('the values of bundle.yaml are other ones'),
  })
  const { asked, changes } = await pull({ offer, update: true })
  expect(changes).toEqual([])
  expect(asked.filter((url) => /\/blobs\/|\.tgz$|\.gz$|zst$|\/k3s$/.test(url))).toEqual([])
})

it('fetches only one image with --update when only that has changed, and tells so', async () => {
  const offer = await bundleOffer()
  await pull({ offer })
  const changed = await madeImage(['another hub'])
  putImage(offer, HUB_IMAGE, madeIndex([changed]))
  const { changes, asked, events } = await pull({ offer, update: true })
  expect(changes.map(({ sign, what, name }) => `${sign} ${what} ${name}`)).toEqual([
    '~ file images/quay.io_jupyterhub_k8s-hub_4.4.0-amd64.tar',
    `~ image ${HUB_IMAGE}`,
  ])
  expect(changes.at(-1)?.to).toBe(changed.digest.slice('sha256:'.length, 'sha256:'.length + 12))
  expect(
    events
      .flatMap((each) => (each.event === 'fetched' ? each.name : []))
      .filter((name) => !name.startsWith('sources/')),
  ).toEqual(['images/quay.io_jupyterhub_k8s-hub_4.4.0-amd64.tar'])
  expect(asked.filter((url) => url.includes('/blobs/')).length).toBe(changed.blobs.size - 1)
  await loadBundle(folder, { anew: true })
})

it('brings new versions with --update, and removes the files of the old ones', async () => {
  await pull({ offer: await bundleOffer({ charts: ['4.3.0'], helm: 'v4.2.3', k3s: 'v1.36.4+k3s1' }) }).catch(
    () => {},
  )
  write('bundle.yaml', SPEC.replace('4.4.0', '4.3.0'))
  await pull({ offer: await bundleOffer() })
  write('bundle.yaml', `${SPEC}registry: v3.0.0\n`)
  const { changes } = await pull({ offer: await bundleOffer(), update: true })
  expect(changes.map(({ sign, name, to = '' }) => `${sign} ${name} ${to}`)).toEqual([
    '- charts/jupyterhub-4.3.0.tgz ',
    '+ charts/jupyterhub-4.4.0.tgz 4.4.0',
    '+ registry-amd64 v3.0.0',
  ])
  expect(readdirSync(join(folder, 'charts'))).toEqual(['jupyterhub-4.4.0.tgz'])
  expect(read('registry-amd64')).toBe('registry v3.0.0')
})

it('keeps what somebody has put into the folder and its lock', async () => {
  const offer = await bundleOffer()
  const { lock } = await pull({ offer })
  write('own.tar', 'own')
  const own = {
    ...lock.files[0],
    name: 'own.tar',
    size: 3,
    sha256: digest('own'),
    kind: 'images',
    from: undefined,
    version: undefined,
  }
  write('bundle.lock.yaml', JSON.stringify({ ...lock, files: [...lock.files, own] }))
  expect((await pull({ offer })).asked).toEqual([])
  const updated = await pull({ offer, update: true })
  expect(updated.lock.files.map(({ name }) => name)).toContain('own.tar')
  expect(read('own.tar')).toBe('own')
})

it('has the packages of bundle.yaml, and chooses the same again without --update', async () => {
  const name = 'packages/debian-12-amd64.tar'
  write('bundle.yaml', `${SPEC}apt: [{release: debian-12}]\n`)
  const offer = await bundleOffer()
  const [old, now] = [[{ name: 'runc', version: '1' }], [{ name: 'runc', version: '2' }]]
  const { lock } = await pull({ offer, held: old })
  expect(lock.files.find((file) => file.name === name)).toMatchObject({ release: 'debian-12', packages: old })
  rmSync(join(folder, name))
  await pull({ offer, held: now })
  expect(read(name)).toBe(JSON.stringify(old))
  write('bundle.yaml', `${SPEC}apt: [{release: debian-12, packages: [git]}]\n`)
  await expect(pull({ offer, held: now })).rejects.toMatchObject({ code: 'BUNDLE_CHANGED' })
  const { changes } = await pull({ offer, held: now, update: true })
  expect(changes.map(({ sign, name }) => `${sign} ${name}`)).toEqual([`~ ${name}`])
  expect(read(name)).toBe(JSON.stringify(now))
})

it('makes packages anew with --update only where the mirror has other ones', async () => {
  write('bundle.yaml', `${SPEC}apt: [{release: debian-12}]\n`)
  const offer = await bundleOffer()
  const [old, now] = [[{ name: 'runc', version: '1' }], [{ name: 'runc', version: '2' }]]
  const { lock } = await pull({ offer, held: old })
  const fetched = async (held: readonly HeldPackage[]) => {
    const again = await pull({ offer, held, update: true })
    const names = again.events.flatMap((event) => (event.event === 'fetched' ? [event.name] : []))
    return { lock: again.lock, names: names.filter((name) => !name.startsWith('sources/')) }
  }
  expect(await fetched(old)).toEqual({ lock, names: [] })
  expect((await fetched(now)).names).toEqual(['packages/debian-12-amd64.tar'])
})

it('has a K3s, a Helm and images for each architecture', async () => {
  write('bundle.yaml', `${SPEC}architectures: [amd64, arm64]\n`)
  const { lock } = await pull({ offer: await bundleOffer({ architectures: ['amd64', 'arm64'] }) })
  expect(lock.files.filter(({ architecture }) => architecture === 'arm64').map(({ name }) => name)).toEqual([
    'helm-arm64',
    'images/k3s-airgap-images-arm64.tar.zst',
    'images/quay.io_jupyterhub_configurable-http-proxy_5.2.0-arm64.tar',
    'images/quay.io_jupyterhub_k8s-hub_4.4.0-arm64.tar',
    'k3s-arm64',
    'sources/helm-v4.2.4-linux-arm64.tar.gz.sha256sum',
    'sources/sha256sum-arm64.txt',
  ])
})

/** Pulls, and returns the errors: `CODE message → hint`. */
async function errorsOf(wishes: Wishes): Promise<string[]> {
  try {
    await pull(wishes)
    return []
  } catch (error) {
    return (error instanceof ConvecthubErrors ? error.errors : [error]).map((each) => {
      if (!(each instanceof ConvecthubError)) throw each
      return `${each.code} ${each.message} → ${each.details.hint}`.replaceAll(folder, 'FOLDER')
    })
  }
}

/** All that lies in the folder, but for what a pull works on. */
const there = () =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => !name.startsWith('.pull'))
    .toSorted()

const HELM = 'https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz'
const COMPARE = 'compare the archive with that of its publisher; a mirror may have another'
const LIST = 'look at the list with a browser; where a mirror answers, compare it with that of the publisher'

it.each<{ what: string; change: (offer: Offer) => void | Promise<void>; told: (string | RegExp)[] }>([
  {
    what: 'a K3s that there is not, and a chart that there is not',
    change: ({ files }) => {
      files.delete(`${RELEASE}/sha256sum-amd64.txt`)
      files.delete(`${RELEASE}/k3s-images.txt`)
      files.set(
        'https://hub.jupyter.org/helm-chart/index.yaml',
        Buffer.from(chartIndex(['4.3.0'], () => undefined)),
      )
    },
    told: [
      /^DOWNLOAD_REFUSED .*k3s-images.txt: 404 \(the same for 1 more file\)/,
      'BUNDLE_SOURCE https://hub.jupyter.org/helm-chart/index.yaml has no jupyterhub 4.4.0 → its newest versions are 4.3.0; correct chart.version in bundle.yaml',
    ],
  },
  {
    what: 'a list of checksums without our files',
    change: ({ files }) => void files.set(`${RELEASE}/sha256sum-amd64.txt`, Buffer.from('<html>')),
    told: ['k3s', 'k3s-airgap-images-amd64.tar.zst'].map(
      (name) => `BUNDLE_SOURCE ${RELEASE}/sha256sum-amd64.txt does not list ${name} → ${LIST}`,
    ),
  },
  {
    what: 'a K3s with another digest than is listed',
    change: ({ files }) => void files.set(`${RELEASE}/k3s`, Buffer.from('other')),
    told: [/^DOWNLOAD_DIGEST .*\/k3s has the sha256/],
  },
  {
    what: 'an archive without Helm',
    change: async (offer) =>
      putHelm(offer, await archiveOf({ 'linux-arm64/helm': 'x', '../linux-amd64/helm': 'x' })),
    told: [`BUNDLE_SOURCE ${HELM} has no program linux-amd64/helm in it → ${COMPARE}`],
  },
  {
    what: 'a Helm that is no archive',
    change: (offer) => putHelm(offer, Buffer.from('a web page')),
    told: [`BUNDLE_SOURCE ${HELM} has no program linux-amd64/helm in it → ${COMPARE}`],
  },
  {
    what: 'a list of images that is none',
    change: ({ files }) => void files.set(`${RELEASE}/k3s-images.txt`, Buffer.from('<html>\n<body>')),
    told: [
      `BUNDLE_SOURCE ${RELEASE}/k3s-images.txt is not a list of images → where a mirror answers, compare it with that of the publisher`,
    ],
  },
  {
    what: 'two images that there are not',
    change: ({ files }) => {
      for (const url of files.keys()) if (url.includes('/manifests/')) files.delete(url)
    },
    told: [/^IMAGE_MISSING quay.io has no .*proxy/, /^IMAGE_MISSING quay.io has no .*hub/],
  },
])('reports $what, and puts nothing into its place', async ({ change, told }) => {
  const offer = await bundleOffer()
  await change(offer)
  const errors = await errorsOf({ offer })
  expect(errors).toHaveLength(told.length)
  for (const [at, each] of told.entries())
    if (typeof each === 'string') expect(errors[at]).toBe(each)
    else expect(errors[at]).toMatch(each)
  expect(there()).toEqual(['bundle.yaml'])
})

function putHelm({ files }: Offer, archive: Buffer): void {
  files.set(HELM, archive)
  files.set(`${HELM}.sha256sum`, Buffer.from(`${digest(archive)}  helm-v4.2.4-linux-amd64.tar.gz\n`))
}

it.each([
  { what: 'a file', name: 'k3s', at: `${RELEASE}/k3s` },
  {
    what: 'a chart',
    name: 'charts/jupyterhub-4.4.0.tgz',
    at: 'https://hub.jupyter.org/helm-chart/index.yaml',
  },
  { what: 'a program', name: 'helm', at: HELM },
])('tells when $what of the lock was replaced by its publisher', async ({ name, at }) => {
  await pull({ offer: await bundleOffer() })
  const offer = await bundleOffer()
  const chart = await archiveOf({ 'jupyterhub/Chart.yaml': 'another 4.4.0' })
  offer.files.set(`${RELEASE}/k3s`, Buffer.from('another k3s'))
  offer.files.set(
    'https://hub.jupyter.org/helm-chart/index.yaml',
    Buffer.from(chartIndex(['4.4.0'], () => chart)),
  )
  putHelm(offer, await archiveOf({ 'linux-amd64/helm': 'another helm' }))
  rmSync(join(folder, name))
  if (name === 'helm') rmSync(join(folder, 'sources/helm-v4.2.4-linux-amd64.tar.gz.sha256sum'))
  const [error] = await errorsOf({ offer })
  expect(error).toContain(
    `from ${name === 'helm' ? `${HELM}.sha256sum` : at} is not the one that bundle.lock.yaml holds`,
  )
  expect(error).toMatch(/convecthub bundle pull FOLDER --update$/)
  expect(there()).not.toContain(name)
})

it('continues after an error, and fetches nothing twice', async () => {
  const offer = await bundleOffer()
  const k3s = offer.files.get(`${RELEASE}/k3s`) ?? expect.fail()
  offer.files.delete(`${RELEASE}/k3s`)
  const seen = new Set<string>()
  await expect(pull({ offer, onFetch: (url) => seen.add(url) })).rejects.toThrow()
  const staged = readdirSync(join(folder, '.pull/files'), { recursive: true, encoding: 'utf8' })
  expect(staged).toContain('sources/sha256sum-amd64.txt')
  offer.files.set(`${RELEASE}/k3s`, k3s)
  const { asked } = await pull({ offer })
  expect(asked).toContain(`${RELEASE}/k3s`)
  expect(asked.filter((url) => staged.includes(`sources/${url.split('/').at(-1)}`))).toEqual([])
  await loadBundle(folder, { anew: true })
})

it('is stopped by its signal, and continues', async () => {
  const offer = await bundleOffer()
  const controller = new AbortController()
  const stopped = pull({
    offer,
    signal: controller.signal,
    onFetch: (url) => {
      if (url.endsWith('.tgz')) controller.abort()
    },
  })
  await expect(stopped).rejects.toMatchObject({ code: 'INTERRUPTED' })
  expect(there()).toEqual(['bundle.yaml'])
  await pull({ offer })
  await loadBundle(folder, { anew: true })
})

it.each([
  {
    found: { refused: 'Error: chart requires kubeVersion: >=1.38' },
    code: 'CHART_REFUSED',
    evidence: 'Error: chart requires kubeVersion: >=1.38',
  },
  { found: { unable: 'no such program' }, code: 'BUNDLE_SOURCE', evidence: undefined },
])('reports a Helm that says $found', async ({ found, code, evidence }) => {
  const offer = await bundleOffer()
  const { http } = offerHttp(offer)
  const findImages = async () => ({ images: [], rendering: undefined, ...found })
  const options = { folder, update: false, logins: () => undefined, emit: () => {}, connect: () => http }
  const signal = new AbortController().signal
  await expect(
    pullBundle({ ...options, signal, layers: () => [], packages: () => [], findImages }),
  ).rejects.toMatchObject({
    code,
    details: expect.objectContaining(evidence === undefined ? {} : { evidence }),
  })
})

it('removes the signature only where --update writes another lock', async () => {
  const offer = await bundleOffer()
  await pull({ offer })
  write('bundle.lock.yaml.sig', 'signed')
  expect((await pull({ offer })).unsigned).toBe(false)
  expect((await pull({ offer, update: true })).unsigned).toBe(false)
  expect(read('bundle.lock.yaml.sig')).toBe('signed')
  write('bundle.yaml', SPEC.replace('4.4.0', '4.3.0'))
  expect((await pull({ offer, update: true })).unsigned).toBe(true)
  expect(readdirSync(folder)).not.toContain('bundle.lock.yaml.sig')
})

const OTHER_SUM = 'a'.repeat(64)
it.each([
  {
    what: 'a page instead of checksums',
    name: `${RELEASE}/sha256sum-amd64.txt`,
    body: '<html>log in</html>',
  },
  {
    what: 'checksums of other files',
    name: `${RELEASE}/sha256sum-amd64.txt`,
    body: ['k3s', 'k3s-airgap-images-amd64.tar.zst'].map((file) => `${OTHER_SUM}  ${file}\n`).join(''),
  },
  {
    what: 'a page instead of those of Helm',
    name: 'https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz.sha256sum',
    body: '<html>log in</html>',
  },
  {
    what: 'other ones of Helm',
    name: 'https://get.helm.sh/helm-v4.2.4-linux-amd64.tar.gz.sha256sum',
    body: `${OTHER_SUM}  helm-v4.2.4-linux-amd64.tar.gz\n`,
  },
  {
    what: 'a page instead of a list of images',
    name: `${RELEASE}/k3s-images.txt`,
    body: '<html>log in</html>',
  },
])('keeps nothing of a server that answers with $what', async ({ name, body }) => {
  const offer = await bundleOffer()
  const wrong = { ...offer, files: new Map(offer.files).set(name, Buffer.from(body)) }
  await expect(pull({ offer: wrong })).rejects.toThrow()
  await pull({ offer })
  await loadBundle(folder, { anew: true })
})
