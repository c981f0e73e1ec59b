import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { parse } from 'yaml'
import { type BundleLock, bundleLockSchema } from '../../../src/artifacts/bundle-lock.ts'
import { bundleImages } from '../../../src/artifacts/proof/bundle-images.ts'
import { requiredImages, valuesDigest } from '../../../src/artifacts/proof/required-images.ts'
import { digest } from '../../../src/digest.ts'
import { makeBundle } from '../../../src/lab/make-bundle.ts'
import { HUB_IMAGES, SYSTEM_IMAGES } from '../../../src/lab/stand-in-images.ts'

let folder: string
let bundle: string
let lock: BundleLock
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-images-'))
  bundle = join(folder, 'bundle')
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  vi.stubEnv('TMPDIR', join(folder, 'tmp'))
  await makeBundle(bundle, undefined, () => undefined)
  mkdirSync(join(folder, 'tmp'))
  lock = bundleLockSchema.parse(parse(readFileSync(join(bundle, 'bundle.lock.yaml'), 'utf8')))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const inputs = (values: readonly string[] = []) => ({ ...bundleImages(bundle, lock), values })

/** Replaces the bundle's Helm by a shell script. */
function helm(script: string) {
  const path = join(bundle, 'helm')
  const text = `#!/bin/sh\n${script}\n`
  writeFileSync(path, text)
  const files = lock.files.map((file) => (file.kind === 'helm' ? { ...file, sha256: digest(text) } : file))
  lock = { ...lock, files }
}

it('lists what K3s, the chart with its values, the GPU plugin and bundle.yaml ask for', async () => {
  const site =
    'singleuser: {image: {name: lan/own, tag: "2"}, profileList: [{}, {kubespawner_override: {image: "lan/gpu:1"}}]}'
  const { images, rendering } = await requiredImages({
    ...inputs(['singleuser: {image: {tag: "1"}}', site]),
    devicePlugin: 'nvcr.io/nvidia/k8s-device-plugin:v1',
    extra: ['lan/extra:1'],
  })
  expect(images.map(({ by, name }) => `${by}: ${name}`)).toEqual([
    ...SYSTEM_IMAGES.map((name) => `K3s: docker.io/${name}`),
    ...HUB_IMAGES.filter((name) => !name.includes('singleuser')).map(
      (name) => `Deployment ${name.replace(/^.*\/|:.*$/g, '')} of the chart: ${name}`,
    ),
    'singleuser.image: docker.io/lan/own:2',
    'singleuser.profileList[1].kubespawner_override: docker.io/lan/gpu:1',
    'has_gpu: nvcr.io/nvidia/k8s-device-plugin:v1',
    'bundle.yaml: docker.io/lan/extra:1',
  ])
  expect(rendering?.images).toHaveLength(5)
})

it('takes K3s’s list, and without one what its archive holds', () => {
  writeFileSync(join(bundle, 'sources/k3s-images.txt'), '# a comment\ndocker.io/rancher/a:1\n\nrancher/b:2\n')
  expect(inputs().systemImages).toEqual(['docker.io/rancher/a:1', 'docker.io/rancher/b:2'])
  lock = { ...lock, files: lock.files.filter(({ kind }) => kind !== 'source') }
  expect(inputs().systemImages).toEqual(SYSTEM_IMAGES.map((name) => `docker.io/${name}`))
})

it('runs Helm once for the same chart and values, with no password on disk and nothing left', async () => {
  const calls = join(folder, 'calls')
  helm(`echo "$@" >>${calls}
! /bin/grep -r --include=values* s3cret "$HOME" || exit 3
/bin/cat >>${calls}
echo '{kind: Pod, metadata: {name: p}, spec: {containers: [{image: "a:1"}]}}'`)
  const values = ['first: 1', 'hub: {password: s3cret}']
  const first = await requiredImages(inputs(values))
  expect(first.images.at(-1)).toEqual({ name: 'docker.io/library/a:1', by: 'Pod p of the chart' })
  expect(await requiredImages(inputs(values))).toEqual(first)
  const said = readFileSync(calls, 'utf8')
  expect(said).toMatch(
    /^template .* --kube-version v1\.34\.1\+k3s1 --values .*\/values-0\.yaml --values -\nhub: \{password: s3cret\}$/,
  )
  await requiredImages(inputs(['first: 2', 'hub: {password: s3cret}']))
  expect(readFileSync(calls, 'utf8')).toHaveLength(2 * said.length)
  expect(readdirSync(join(folder, 'tmp'))).toEqual([])
})

const images = [{ name: 'docker.io/lan/recorded:1', by: 'Pod p of the chart' }]
const recorded = (values: readonly string[]) => [
  {
    chart: lock.files.find(({ kind }) => kind === 'chart')?.sha256 ?? '',
    values: valuesDigest(values),
    images,
  },
]
it.each([
  {
    what: 'no Helm for this computer',
    script: undefined,
    unable: 'the bundle has no Helm for this computer',
  },
  { what: 'a Helm that cannot start', script: 'exit 127', unable: /code 127/ },
  { what: 'a Helm that says why', script: 'echo no such thing >&2; exit 2', unable: 'no such thing' },
  { what: 'a Helm that dies', script: 'kill -9 $$', unable: /SIGKILL/ },
])('takes the recorded images with $what, and only for the same values', async ({ script, unable }) => {
  if (script === undefined) lock = { ...lock, files: lock.files.filter(({ kind }) => kind !== 'helm') }
  else helm(script)
  lock = { ...lock, renderings: recorded(['a: 1']) }
  expect((await requiredImages(inputs(['a: 1']))).images.at(-1)).toEqual(images[0])
  const other = await requiredImages(inputs(['a: 2']))
  expect(other.rendering).toBeUndefined()
  expect(other.unable).toMatch(unable)
})

it('tells why Helm refuses the values, whatever is recorded', async () => {
  helm("echo 'Error: values do not meet the schema' >&2; exit 1")
  lock = { ...lock, renderings: recorded([]) }
  expect(await requiredImages(inputs())).toMatchObject({ refused: 'Error: values do not meet the schema' })
})

it('does not run a Helm that was changed after the bundle was checked', async () => {
  writeFileSync(join(bundle, 'helm'), `#!/bin/sh\ntouch ${join(folder, 'ran')}`)
  chmodSync(join(bundle, 'helm'), 0o755)
  expect((await requiredImages(inputs())).unable).toBe(`${join(bundle, 'helm')} has changed meanwhile`)
  expect(readdirSync(folder)).not.toContain('ran')
})
