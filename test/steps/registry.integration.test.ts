import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { digest } from '../../src/digest.ts'
import type { Change } from '../../src/engine/change.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import type { Step } from '../../src/engine/step.ts'
import { addresses } from '../../src/facts/addresses.ts'
import { laterFacts, makeProbe } from '../../src/facts/fact.ts'
import { registryCertificate } from '../../src/facts/registry-certificate.ts'
import { registryStore } from '../../src/facts/registry-store.ts'
import { system } from '../../src/facts/system.ts'
import { makeCertificate } from '../../src/steps/registry-certificate.ts'
import { registryImages } from '../../src/steps/registry-images.ts'
import { template } from '../../src/templates.ts'
import { contextOf, is, shown, systemOf } from '../helpers/fake-facts.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { ociArchive, type TestArchive } from '../helpers/oci-archive.ts'
import { knownOf } from '../helpers/plan-step.ts'
import { runShell } from '../helpers/shell.ts'
import { artifact, testBundle, testDesired } from '../helpers/test-cluster.ts'

const HUB = await ociArchive({ name: 'quay.io/jupyterhub/k8s-hub:4.4.0', text: 'the hub' })
const PAUSE = await ociArchive({ name: 'registry.k8s.io/pause:3.10', text: 'pause' })
const PAUSE_ARM = await ociArchive({
  name: 'registry.k8s.io/pause:3.10',
  architecture: 'arm64',
  text: 'pause arm',
})
const PROGRAM = artifact('registry-amd64', { kind: 'registry' })

/** The machine d1 with the registry, and the arm64 machine w1; d1 gets none of these archives for K3s. */
function desiredOf(archives: readonly TestArchive[]) {
  const images = archives.map((each) => ({ ...each.artifact, roles: ['worker' as const] }))
  const bundle = { ...testBundle(), files: [PROGRAM, ...images] }
  return testDesired({ registry: 'd1' }, { bundle })
}

let host: LocalHost
let data = ''
let port = 0
let server: ChildProcess | undefined
beforeAll(async () => {
  host = localHost()
  data = `${host.state}-registry`
  mkdirSync(host.state, { mode: 0o700 })
  port = await freePort()
})
afterAll(() => {
  server?.kill()
  host.remove()
})

const here = (text: string) => text.replaceAll('/var/lib/convecthub', host.state)

/** What the step plans with the facts that this machine gives now. */
async function planned(step: Step, archives: readonly TestArchive[]): Promise<readonly Change[]> {
  const desired = desiredOf(archives)
  const local = is(addresses, { interfaces: new Map([['lo', ['127.0.0.1']]]), defaultInterface: 'lo' })
  const context = contextOf(
    step,
    desired,
    'd1',
    knownOf(desired, { d1: [local], w1: [is(system, systemOf({ architecture: 'arm64' }))] }),
  )
  const probe = makeProbe([registryCertificate, registryStore])
  const { output } = await host.connection.run(probe.script, { name: 'probe', timeoutMs: 5000 })
  return step.plan({ ...context, facts: laterFacts(context.facts, probe.read(output)) })
}

/** Makes the changes on this machine. An upload is a copy. */
async function make(changes: readonly Change[], archives: readonly TestArchive[]): Promise<void> {
  for (const change of changes) {
    if (change.kind === 'upload') {
      mkdirSync(dirname(here(change.path)), { recursive: true })
      const found = archives.find((each) => each.artifact.sha256 === change.artifact.sha256)
      writeFileSync(here(change.path), found?.content ?? '')
      continue
    }
    const script = renderChanges([[0, change]], 'job', marks('@@x'))
    const result = await host.connection.run(script, { name: change.title, timeoutMs: 20_000 })
    expect(result.code, result.output).toBe(0)
  }
}

async function fill(archives: readonly TestArchive[]) {
  const changes = await planned(registryImages, archives)
  await make(changes, archives)
  expect(await planned(registryImages, archives)).toEqual([])
  return shown(changes)
}

const ca = () => join(host.folder, 'ca.crt')
const curl = (path: string, more = '') =>
  runShell(`curl -sS --noproxy '*' --cacert ${ca()} ${more} https://127.0.0.1:${port}/v2/${path}`)
const status = (path: string, more = '') => curl(path, `-o /dev/null -w '%{http_code}' ${more}`).output
const accept = ['manifest.v1+json', 'index.v1+json']
  .map((type) => `-H 'Accept: application/vnd.oci.image.${type}'`)
  .join(' ')

it('makes an authority and a certificate once, which nobody else can read', async () => {
  const changes = await planned(makeCertificate, [])
  expect(changes).toHaveLength(2)
  await make(changes, [])
  expect(await planned(makeCertificate, [])).toEqual([])
  expect(runShell(`stat -c '%a %G' ${host.state}/registry/ca.pem ${data}/server.pem`)).toMatchObject({
    output: '600 root\n640 daemon\n',
  })
  expect(readdirSync(join(host.state, 'registry'))).toEqual(['ca.pem'])
  const probe = makeProbe([registryCertificate])
  const { output } = await host.connection.run(probe.script, { name: 'probe', timeoutMs: 5000 })
  expect(output).not.toContain('PRIVATE')
  writeFileSync(ca(), probe.read(output).get(registryCertificate).authority?.pem ?? '')
})

it('makes a new certificate with the same authority for another name', async () => {
  const before = readFileSync(ca(), 'utf8')
  const old = readFileSync(`${data}/server.pem`, 'utf8')
  const desired = desiredOf([])
  const [d1, ...others] = desired.cluster.hosts
  const renamed = { ...d1, nodeName: 'other' }
  const changes = await planned(
    { ...makeCertificate, plan: (context) => makeCertificate.plan({ ...context, host: renamed as never }) },
    [],
  )
  expect(others).toHaveLength(1)
  expect(shown(changes)).toEqual([
    expect.stringMatching(/^\+ run a certificate of the image registry for other and 127\.0\.0\.1/),
  ])
  await make(changes, [])
  expect(readFileSync(`${data}/server.pem`, 'utf8')).not.toBe(old)
  expect(readFileSync(`${host.state}/registry/ca.pem`, 'utf8')).toContain(before.trim())
  await make(await planned(makeCertificate, []), [])
})

it('unpacks archives and serves their images, each blob by its digest', async () => {
  expect(await fill([HUB, PAUSE])).toEqual([
    expect.stringMatching(/^\+ upload \S+incoming\/quay\.io_jupyterhub_k8s-hub_4\.4\.0-amd64\.tar/),
    expect.stringMatching(/^\+ run unpack quay\.io_jupyterhub_k8s-hub_4\.4\.0-amd64\.tar into/),
    expect.stringMatching(/^\+ upload \S+incoming\/registry\.k8s\.io_pause_3\.10-amd64\.tar/),
    expect.stringMatching(/^\+ run unpack /),
    '~ run serve 2 images from the registry',
  ])
  await serveHere()
  expect(digest(curl('jupyterhub/k8s-hub/manifests/4.4.0', accept).output)).toBe(HUB.manifest)
  expect(digest(curl(`pause/manifests/sha256:${PAUSE.manifest}`, accept).output)).toBe(PAUSE.manifest)
  for (const blob of HUB.blobs.filter((each) => each !== HUB.manifest)) {
    const pulled = runShell(
      `curl -sS --noproxy '*' --cacert ${ca()} https://127.0.0.1:${port}/v2/jupyterhub/k8s-hub/blobs/sha256:${blob} | sha256sum`,
    )
    expect(pulled.output).toBe(`${blob}  -\n`)
  }
  expect(status('jupyterhub/k8s-hub/manifests/5.0.0')).toBe('404')
  expect(existsSync(`${data}/incoming`)).toBe(false)
  expect(existsSync(`${data}/staging`)).toBe(false)
})

it('takes no push, and is not trusted by another authority', () => {
  expect(status('jupyterhub/k8s-hub/blobs/uploads/', '-X POST')).toBe('405')
  expect(status('jupyterhub/k8s-hub/manifests/4.4.0', '-X PUT -d {}')).toBe('405')
  expect(status(`jupyterhub/k8s-hub/manifests/sha256:${HUB.manifest}`, '-X DELETE')).toBe('405')
  runShell(
    `openssl req -x509 -newkey rsa:2048 -nodes -subj /CN=other -keyout /dev/null -out ${host.folder}/wrong.crt`,
  )
  const wrong = runShell(
    `curl -sS --noproxy '*' --cacert ${host.folder}/wrong.crt https://127.0.0.1:${port}/v2/`,
  )
  expect(wrong.code).toBe(60)
})

it('serves an index for a name that has several architectures', async () => {
  await fill([HUB, PAUSE, PAUSE_ARM])
  const index = JSON.parse(curl('pause/manifests/3.10', accept).output)
  expect(index.manifests).toEqual([
    expect.objectContaining({
      digest: `sha256:${PAUSE.manifest}`,
      platform: { architecture: 'amd64', os: 'linux' },
    }),
    expect.objectContaining({
      digest: `sha256:${PAUSE_ARM.manifest}`,
      platform: { architecture: 'arm64', os: 'linux' },
    }),
  ])
  expect(index.manifests[0].size).toBe(
    Buffer.byteLength(curl(`pause/manifests/sha256:${PAUSE.manifest}`, accept).output),
  )
  expect(digest(curl(`pause/manifests/sha256:${PAUSE_ARM.manifest}`, accept).output)).toBe(PAUSE_ARM.manifest)
})

it('unpacks an archive again when a blob of it is lost', async () => {
  const [blob = ''] = HUB.blobs
  rmSync(`${data}/docker/registry/v2/blobs/sha256/${blob.slice(0, 2)}/${blob}`, { recursive: true })
  expect(status(`jupyterhub/k8s-hub/blobs/sha256:${blob}`)).toBe('404')
  expect(await fill([HUB, PAUSE, PAUSE_ARM])).toEqual([
    expect.stringMatching(/^\+ upload /),
    expect.stringMatching(/^\+ run unpack quay/),
  ])
  expect(status(`jupyterhub/k8s-hub/blobs/sha256:${blob}`)).toBe('200')
})

it('removes an image that the bundle no longer has, and keeps the others', async () => {
  expect(await fill([PAUSE])).toEqual(['~ run serve 1 image from the registry'])
  expect(status('jupyterhub/k8s-hub/manifests/4.4.0', accept)).toBe('404')
  expect(digest(curl('pause/manifests/3.10', accept).output)).toBe(PAUSE.manifest)
  const left = readdirSync(`${data}/docker/registry/v2/blobs/sha256`, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('/data'))
    .map((path) => path.split('/')[1])
  expect(left.toSorted()).toEqual(PAUSE.blobs.toSorted())
})

/** Starts the program of the distribution on the storage, with the configuration that hosts get. */
async function serveHere(): Promise<void> {
  const config = join(host.folder, 'config.yml')
  writeFileSync(config, here(template('registry/config.yml', { ADDRESS: `127.0.0.1:${port}` })))
  server = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  await vi.waitFor(() => expect(status('')).toBe('200'), { timeout: 10_000 })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address()
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0))
    })
  })
}
