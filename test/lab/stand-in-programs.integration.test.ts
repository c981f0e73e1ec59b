import { spawnSync } from 'node:child_process'
import { afterEach, describe, expect, it } from 'vitest'
import { chartImages } from '../../src/artifacts/proof/chart-images.ts'
import { HUB_IMAGES } from '../../src/lab/stand-in-images.ts'
import { standInHelm, standInK3s } from '../../src/lab/stand-in-programs.ts'
import { type StandInRoot, standInRoot } from './stand-in-root.ts'

/** Modules in Debian's perl-base, the only Perl package that every machine has. */
const PERL_BASE = ['strict', 'warnings', 'IO::Socket::INET', 'IO::Select', 'Socket', 'POSIX']

let root: StandInRoot | undefined
afterEach(() => root?.remove())

describe.each([
  ['k3s', standInK3s('v1.34.1+k3s1')],
  ['helm', standInHelm()],
])('%s', (_, program) => {
  it('compiles without Perl warnings', () => {
    const check = spawnSync('perl', ['-c', '-'], { input: program, encoding: 'utf8' })
    expect(check.stderr).toBe('- syntax OK\n')
  })

  it('uses only modules of perl-base', () => {
    const used = [...program.matchAll(/^\s*use ([\w:]+)/gm)].map((match) => match[1])
    expect(PERL_BASE).toEqual(expect.arrayContaining(used))
  })
})

it('reports the given version and that it is a stand-in', async () => {
  root = standInRoot({}, 'v1.21.3+k3s1')
  expect((await root.k3s('--version')).stdout).toMatch(
    /^k3s version v1\.21\.3\+k3s1 \(stand-in\)\ngo version /,
  )
  expect((await root.helm('version', '--short')).stdout).toBe('v3.19.0+stand-in\n')
})

it.each(['1.34.1', 'v1.34', "v1.34.1+k3s1'; die"])('refuses %s as a version', (version) => {
  expect(() => standInK3s(version)).toThrow(expect.objectContaining({ code: 'LAB_K3S_VERSION' }))
})

it.each([
  ['v1.34.1+k3s1', 'server', { nonsense: 1 }, 'flag provided but not defined: -nonsense'],
  ['v1.34.1+k3s1', 'agent', { 'cluster-init': true }, 'flag provided but not defined: -cluster-init'],
  ['v1.21.3+k3s1', 'server', { 'embedded-registry': true }, 'not defined: -embedded-registry'],
  ['v1.21.3+k3s1', 'agent', { 'prefer-bundled-bin': true }, 'not defined: -prefer-bundled-bin'],
  ['v1.34.1+k3s1', 'agent', {}, '--token is required'],
  ['v1.34.1+k3s1', 'agent', { token: 'x' }, '--server is required'],
  [
    'v1.34.1+k3s1',
    'agent',
    { token: 'x', server: 'http://1.2.3.4:6443' },
    'only https:// URLs are supported',
  ],
  [
    'v1.34.1+k3s1',
    'agent',
    { 'node-label': ['node-role.kubernetes.io/worker=true'] },
    "unknown 'kubernetes.io'",
  ],
  ['v1.34.1+k3s1', 'server', { token: 'K10abc::server:x', 'https-listen-port': 0 }, 'failed to normalize'],
])('%s %s refuses %j', async (version, role, config, message) => {
  root = standInRoot(config, version)
  const result = await root.k3s(role)
  expect(result.code).toBe(1)
  expect(result.stderr).toMatch(message)
})

it('keeps retrying when the server does not answer', async () => {
  root = standInRoot({ token: 'x', server: 'https://127.0.0.1:1' })
  await root.says('agent', /failed to get CA certs/)
})

it('merges drop-ins over config.yaml', async () => {
  root = standInRoot({ token: 'x' })
  root.write('etc/rancher/k3s/config.yaml.d/50-more.yaml', '# more\nwrong-key: "1"\n')
  expect((await root.k3s('agent')).stderr).toContain('-wrong-key')
})

it('reports a missing cluster before K3s is started', async () => {
  root = standInRoot({})
  expect(await root.k3s('kubectl', 'get', 'nodes')).toMatchObject({
    code: 1,
    stderr:
      'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n',
  })
  expect((await root.helm('list')).stderr).toContain('Kubernetes cluster unreachable')
  expect((await root.k3s('ctr', 'images', 'ls', '-q')).stderr).toContain('failed to dial')
})

it('renders its chart: a workload for each image, and the values that the hub reads', async () => {
  root = standInRoot({})
  const chart = root.write('jupyterhub-4.4.0.tgz', '')
  const values = root.write(
    'values.yaml',
    'singleuser: {image: {tag: "9"}, profileList: [{display_name: É}]}\n',
  )
  const { code, stdout } = await root.helm(
    'template',
    'hub',
    chart,
    '-f',
    values,
    '--kube-version',
    'v1.34.1+k3s1',
  )
  expect(code).toBe(0)
  expect(chartImages(stdout).map(({ name }) => name)).toEqual([
    ...HUB_IMAGES.filter((name) => !name.includes('singleuser')),
    'quay.io/jupyterhub/k8s-singleuser-sample:9',
  ])
  expect(await root.helm('template', 'hub', `${chart}.gone`)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('not found'),
  })
})
