import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest'
import { parse, stringify } from 'yaml'
import { type Artifact, type BundleLock, bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { DEVICE_PLUGIN } from '../../src/artifacts/bundle-spec.ts'
import { bundleVerifyVerb } from '../../src/commands/bundle-verify.ts'
import { pingVerb } from '../../src/commands/ping.ts'
import { planVerb } from '../../src/commands/plan.ts'
import { provisionVerb } from '../../src/commands/provision.ts'
import { digest } from '../../src/digest.ts'
import { ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'
import { keepMachines } from '../../src/fleet/seen-machines.ts'
import { makeBundle } from '../../src/lab/make-bundle.ts'
import { HUB_IMAGES, imageArchive, SYSTEM_IMAGES } from '../../src/lab/stand-in-images.ts'
import { jsonLines } from '../helpers/json-lines.ts'
import { printed } from '../helpers/printed.ts'
import { random, seed } from '../helpers/random.ts'

/** A server that counts the connections to it, and ends each at once. */
let server: Server
let connections = 0
let port = 0
let made: string
beforeAll(async () => {
  server = createServer((socket) => {
    connections++
    socket.destroy()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = Number(Object(server.address()).port)
  made = mkdtempSync(join(tmpdir(), 'convecthub-made-'))
  await makeBundle(made, undefined, () => undefined)
})
afterAll(() => {
  server.close()
  rmSync(made, { recursive: true })
})

let folder: string
let bundle: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-verify-'))
  bundle = join(folder, 'shared/bin')
  cpSync(made, bundle, { recursive: true })
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'))
  vi.spyOn(process.stderr, 'write').mockReturnValue(true)
  connections = 0
  inventory()
})
afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const put = (name: string, content: string | Buffer) => {
  mkdirSync(dirname(join(folder, name)), { recursive: true })
  writeFileSync(join(folder, name), content, { mode: 0o600 })
}

/** Writes an inventory of one driver, with the values of a site where given. */
function inventory(more = '', values = ''): void {
  const jhub = values === '' ? '' : 'jhub_config_path=jupyterhub.yaml\n'
  if (values) put('jupyterhub.yaml', values)
  put(
    'inv.toml',
    `[driver]\nd1 ansible_host=127.0.0.1 ansible_port=${port} ansible_user=root ${more}\n[all:vars]\nansible_ssh_common_args=-F none\nconvect_token=0123456789abcdef0123456789abcdef\n${jhub}`,
  )
}

const lock = (): BundleLock =>
  bundleLockSchema.parse(parse(readFileSync(join(bundle, 'bundle.lock.yaml'), 'utf8')))

/** Changes the lock's files, each as `change` says. Without a result a file is taken out. */
function relock(change: (file: Artifact) => Artifact | undefined, more: Partial<BundleLock> = {}): void {
  const old = lock()
  const files = old.files.flatMap((file) => change(file) ?? [])
  put('shared/bin/bundle.lock.yaml', stringify({ ...old, ...more, files }))
}

/** Puts an archive with these images, and what the lock says about it, in the place of the one by this name. */
async function archive(name: string, names: readonly string[], more: Partial<Artifact> = {}): Promise<void> {
  const { content } = await imageArchive(names, 'amd64')
  put(`shared/bin/${name}`, content)
  const file = {
    name,
    kind: 'images',
    architecture: lock().files[0]?.architecture ?? 'amd64',
    roles: ['driver', 'worker'],
  } as const
  const images = names.map((each) => ({ name: each }))
  const written = {
    ...file,
    roles: [...file.roles],
    size: content.length,
    sha256: digest(content),
    images,
    ...more,
  }
  relock((each) => (each.name === name ? undefined : each))
  const { files, ...rest } = lock()
  put('shared/bin/bundle.lock.yaml', stringify({ ...rest, files: [...files, written] }))
}

const options = () => ({ inventory: [join(folder, 'inv.toml')], color: false })
const verify = (output?: 'json') => bundleVerifyVerb(undefined, { ...options(), ...(output && { output }) })

/** The errors that a verb ends with, as "CODE message"; none when it ends well. */
async function errorsOf(verb: () => Promise<unknown>): Promise<string[]> {
  try {
    await printed(verb)
    return []
  } catch (error) {
    const errors = error instanceof ConvecthubErrors ? error.errors : [error]
    return errors.map((each) => {
      if (!(each instanceof ConvecthubError)) throw each
      return `${each.code} ${each.message}`
    })
  }
}

/** What `bundle verify` reports, and that `provision` reports the same and stops before the first login. */
async function reported(): Promise<string[]> {
  const { lines, result } = await printed(() => verify('json'))
  const errors = jsonLines(lines.join('\n')).filter(({ event }) => event === 'error')
  const told = errors.map(({ code, message }) => `${code} ${message}`)
  expect(result).toBe(told.length > 0 ? 'input' : 'ok')
  expect(await errorsOf(() => provisionVerb(options()))).toEqual(told)
  if (told.length > 0) expect(connections).toBe(0)
  else expect(connections).toBeGreaterThan(0)
  return told
}

it('finds nothing wrong with a whole stand-in bundle, which is then sent', async () => {
  expect(await reported()).toEqual([])
  const { lines } = await printed(() => verify())
  expect(lines.slice(-7)).toEqual([
    'd1  not known before a login: convecthub ping',
    'K3s                                              7 images',
    'Deployment configurable-http-proxy of the chart  1 image',
    'Deployment k8s-hub of the chart                  1 image',
    'Deployment k8s-secret-sync of the chart          1 image',
    'singleuser.image                                 1 image',
    'The bundle is complete for inv (1 machine).',
  ])
})

const OWN = 'lan/own:1'
const ALL = [
  ...SYSTEM_IMAGES.map((name) => ({ name: `docker.io/${name}`, by: 'K3s', line: 'k3s: v1.34.1+k3s1' })),
  ...HUB_IMAGES.map((name) => ({
    name,
    by: name.includes('singleuser')
      ? 'singleuser.image'
      : `Deployment ${name.replace(/^.*\/|:.*$/g, '')} of the chart`,
    line: `images: [${name}]`,
  })),
  { name: DEVICE_PLUGIN, by: 'has_gpu', line: 'gpu: {}' },
  {
    name: `docker.io/${OWN}`,
    by: 'singleuser.profileList[1].kubespawner_override',
    line: `images: [docker.io/${OWN}]`,
  },
]
it.each(ALL)(
  'names $name where the bundle lacks it, and that $by asks for it',
  async ({ name, by, line }) => {
    inventory('has_gpu=true', `singleuser: {profileList: [{}, {kubespawner_override: {image: "${OWN}"}}]}`)
    const archives = {
      'images/k3s-airgap-images-amd64.tar': SYSTEM_IMAGES.map((each) => `docker.io/${each}`),
      'images/jupyterhub-images-amd64.tar': HUB_IMAGES.map(String),
      'images/own.tar': [`docker.io/${OWN}`],
      'images/gpu.tar': [DEVICE_PLUGIN],
    }
    for (const [path, names] of Object.entries(archives)) await archive(path, names)
    expect(await errorsOf(() => verify())).toEqual([])
    for (const [path, names] of Object.entries(archives))
      if (names.includes(name))
        await archive(
          path,
          names.filter((each) => each !== name),
        )
    expect(await reported()).toEqual([
      `BUNDLE_INCOMPLETE the bundle lacks the image ${name}, which ${by} asks for`,
    ])
    const { lines } = await printed(() => verify())
    expect(lines.join('\n')).toContain(
      `→ \`${line}\` in bundle.yaml brings it: convecthub bundle pull ${bundle}`,
    )
    expect(lines.at(-1)).toBe('1 error: the bundle is not complete for inv (1 machine).')
  },
)

const FLIPS = 1000
it(`names the file in which one of its bytes differs, ${FLIPS} times (CVH_SEED=${seed})`, async () => {
  const next = random()
  const below = (limit: number) => Math.floor(next() * limit)
  const files = lock().files.map(({ name }) => name)
  for (let i = 0; i < FLIPS; i++) {
    const name = files[below(files.length)] ?? ''
    const content = readFileSync(join(bundle, name))
    const at = below(content.length)
    content[at] = (content[at] ?? 0) ^ (1 << below(8))
    writeFileSync(join(bundle, name), content)
    const told = [
      `${name} is not as it was`,
      ...(await errorsOf(() => verify())),
      ...(await errorsOf(() => provisionVerb(options()))),
    ]
    expect(told).toEqual([
      told[0],
      ...[1, 2].map(() =>
        expect.stringMatching(new RegExp(`^BUNDLE_FILE .*/${name.replaceAll('.', '\\.')} has the sha256 `)),
      ),
    ])
    cpSync(join(made, name), join(bundle, name))
  }
  expect(connections).toBe(0)
  expect(await reported()).toEqual([])
}, 120_000)

it('names each file that is missing', async () => {
  for (const { name } of lock().files) {
    rmSync(join(bundle, name))
    for (const verb of [verify, () => provisionVerb(options()), () => planVerb(options())])
      expect(await errorsOf(verb)).toEqual([`BUNDLE_FILE ${join(bundle, name)} is missing`])
    cpSync(join(made, name), join(bundle, name))
  }
  rmSync(join(bundle, 'bundle.lock.yaml'))
  expect(await errorsOf(() => provisionVerb(options()))).toEqual([expect.stringMatching(/^BUNDLE_MISSING /)])
  expect(connections).toBe(0)
})

it('names what is for another processor than the last login has told', async () => {
  const targets = new Map([['d1', { address: '127.0.0.1', port }]])
  keepMachines(
    targets,
    new Map([['d1', { architecture: 'arm64', cgroup: 2, os: { id: 'debian', version: '12' } }]]),
  )
  expect(await reported()).toEqual([
    'BUNDLE_INCOMPLETE the bundle has no K3s for arm64',
    'BUNDLE_INCOMPLETE the bundle has no Helm for arm64',
    'BUNDLE_INCOMPLETE the bundle has no images of K3s itself for arm64',
    ...HUB_IMAGES.map((name) => expect.stringContaining(`lacks the image ${name} for arm64, which `)),
  ])
})

it.each([
  {
    what: 'a chart for a later Kubernetes',
    change: () => relock((file) => (file.kind === 'k3s' ? { ...file, version: 'v1.20.1+k3s1' } : file)),
    told: ['BUNDLE_MISFIT chart 4.4.0 needs Kubernetes 1.21.0 or newer, and the bundle has K3s v1.20.1+k3s1'],
  },
  {
    what: 'an image with the tag latest',
    change: async () => {
      await archive('images/own.tar', ['docker.io/lan/own:latest'])
      inventory('', 'singleuser: {image: {name: lan/own, tag: latest}}')
    },
    told: [
      'IMAGE_PULLED each start of singleuser.image asks the registry for docker.io/lan/own:latest: it has the tag latest and no pull policy',
    ],
  },
  {
    what: 'values that Helm refuses',
    // the stand-in of Helm does not know this kind of key
    change: () => inventory('', '? hub\n: {}\n'),
    told: ['CHART_REFUSED Helm refuses the chart with these values'],
  },
])('names $what', async ({ change, told }) => {
  await change()
  expect(await reported()).toEqual(told)
  const accepted = { ...options(), ignorePreflight: ['bundle'] }
  await printed(() => planVerb(accepted))
  expect(connections).toBeGreaterThan(0)
})

it.each([
  {
    what: 'files that the lock does not list',
    change: () => put('shared/bin/images/more.tar', ''),
    told: /^BUNDLE_EXTRA images\/more\.tar is in .*shared\/bin, and the lock does not list it: no machine gets it$/,
  },
  {
    what: 'archives of which it is not known what they hold',
    change: () => relock(({ images: _, ...file }) => file),
    told: /^BUNDLE_UNKNOWN bundle\.lock\.yaml does not say which images are in images\/jupyterhub-images-amd64\.tar; the bundle may lack quay\.io\/jupyterhub\/configurable-http-proxy:5\.2\.0, /,
  },
  {
    what: 'a stand-in of an earlier version, which cannot render',
    change: () =>
      relock(({ images: _, ...file }) => (file.kind === 'source' ? undefined : file), { version: 1 }),
    told: /^BUNDLE_UNKNOWN which images the chart asks for cannot be known on this computer/,
  },
  {
    what: 'a chart that cannot be rendered here',
    change: () => relock((file) => (file.kind === 'helm' ? { ...file, architecture: 'armhf' } : file)),
    told: /^BUNDLE_UNKNOWN which images the chart asks for cannot be known on this computer: the bundle has no Helm for this computer$/,
  },
])('goes on with a warning about $what', async ({ change, told }) => {
  await change()
  const { lines, result } = await printed(() => verify('json'))
  const warnings = jsonLines(lines.join('\n')).filter(({ event }) => event === 'warning')
  expect(warnings.map(({ code, message }) => `${code} ${message}`)).toContainEqual(
    expect.stringMatching(told),
  )
  expect(result).toBe('ok')
  await printed(() => planVerb(options()))
  expect(connections).toBeGreaterThan(0)
})

it('knows what a machine is from the last ping', async () => {
  inventory('ansible_connection=local')
  const { result } = await printed(() => pingVerb(options()))
  expect(result).toBe('ok')
  const { lines } = await printed(() => verify())
  expect(lines.find((line) => line.startsWith('d1 '))).toMatch(
    /^d1 +amd64, \w+ [\d.]+, seen \d{4}-\d\d-\d\d$/,
  )
})

it('proves a folder without an inventory, as far as its own lists go', async () => {
  await archive(
    'images/k3s-airgap-images-amd64.tar',
    SYSTEM_IMAGES.slice(1).map((each) => `docker.io/${each}`),
  )
  const { lines, result } = await printed(() => bundleVerifyVerb(bundle, { output: 'json' }))
  const errors = jsonLines(lines.join('\n')).filter(({ event }) => event === 'error')
  expect(errors.map(({ message }) => message)).toEqual([
    `the bundle lacks the image docker.io/${SYSTEM_IMAGES[0]}, which K3s asks for`,
  ])
  expect(result).toBe('input')
})
