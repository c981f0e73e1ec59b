import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { devicePlugin } from '../../../src/artifacts/proof/device-plugin.ts'
import { unlistedFiles } from '../../../src/artifacts/proof/unlisted-files.ts'
import { artifact, testBundle } from '../../helpers/test-cluster.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-proof-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const put = (name: string, content: string | Buffer = '') => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

it('lists the files that the lock does not list, but for what belongs beside them', () => {
  const lock = testBundle()
  for (const { name } of lock.files) put(name)
  const beside = [
    'bundle.yaml',
    'bundle.lock.yaml',
    'bundle.lock.yaml.sig',
    '.pull/journal',
    'images/.a.tar.part',
  ]
  for (const name of beside) put(name)
  expect(unlistedFiles(folder, lock)).toEqual([])
  put('images/more.tar')
  put('jupyterhub.yaml')
  put('keys/docker.asc')
  put('keys/mirror.gpg')
  const named = ['jupyterhub.yaml', 'keys/docker.asc', 'keys/mirror.gpg']
  expect(unlistedFiles(folder, lock)).toEqual(['images/more.tar', ...named])
  const apt = '{release: debian-12, key: keys/mirror.gpg, sources: [{key: keys/docker.asc}]}'
  put('bundle.yaml', `values: ./jupyterhub.yaml\napt: [${apt}]\n`)
  expect(unlistedFiles(folder, lock)).toEqual(['images/more.tar'])
})

const held = (...names: string[]) =>
  testBundle('v1.34.1+k3s1', [artifact('a.tar', { kind: 'images', images: names.map((name) => ({ name })) })])
it.each([
  { lock: undefined, plugin: 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0' },
  { lock: held('docker.io/library/a:1'), plugin: 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0' },
  { lock: held('lan/nvidia/k8s-device-plugin:v0.17.0'), plugin: 'lan/nvidia/k8s-device-plugin:v0.17.0' },
  {
    lock: held('nvcr.io/nvidia/k8s-device-plugin:v0.17.0', 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0'),
    plugin: 'nvcr.io/nvidia/k8s-device-plugin:v0.20.0',
  },
])('runs the device plugin that the bundle holds: $plugin', ({ lock, plugin }) => {
  expect(devicePlugin(lock)).toBe(plugin)
})
