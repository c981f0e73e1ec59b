import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HUB_IMAGES, ociArchive } from '../../src/lab/stand-in-images.ts'
import { hubDefaults } from '../../src/steps/hub-defaults.ts'
import { eventually, freePort, type StandInRoot, standInRoot } from './stand-in-root.ts'

let server: StandInRoot
let agent: StandInRoot
let [port, web, websecure] = [0, 0, 0]

beforeAll(async () => {
  ;[port, web, websecure] = [await freePort(), await freePort(), await freePort()]
  server = standInRoot({
    'cluster-init': true,
    token: 'sekrit',
    'node-name': 's1',
    'node-ip': '127.0.0.1',
    'https-listen-port': port,
    'write-kubeconfig-mode': '0640',
  })
  const traefik = `apiVersion: helm.cattle.io/v1
kind: HelmChartConfig
metadata: {name: traefik, namespace: kube-system}
spec:
  valuesContent: |-
    ports:
      web:
        exposedPort: ${web}
      websecure: {exposedPort: ${websecure}}
`
  server.write('var/lib/rancher/k3s/server/manifests/traefik-config.yaml', traefik)
  server.start('server')
  await eventually(() => server.k3s('kubectl', 'get', '--raw', '/readyz'))
  agent = standInRoot({ ...joined('sekrit'), 'node-label': ['a/b=c'] })
  const archive = join(agent.path, 'var/lib/rancher/k3s/agent/images/hub.tar')
  agent.write(
    'var/lib/rancher/k3s/agent/images/hub.tar',
    (await ociArchive(HUB_IMAGES, 'amd64')).content.toString('latin1'),
  )
  expect(existsSync(archive)).toBe(true)
  agent.start('agent')
}, 30_000)

afterAll(() => {
  agent?.remove()
  server?.remove()
})

const joined = (token: string, name = 'w1') => ({
  server: `https://127.0.0.1:${port}`,
  token,
  'node-name': name,
  'node-ip': '127.0.0.1',
})
const kubectl = (...args: string[]) => server.k3s('kubectl', ...args)

describe('k3s', () => {
  it('lists images as often as it is asked', async () => {
    for (let i = 0; i < 12; i++)
      expect(await server.k3s('ctr', 'images', 'ls', '-q')).toMatchObject({ code: 0 })
  })

  it('reports nodes in the format of the real K3s', async () => {
    const isReady = /"reason":"KubeletReady".*"reason":"KubeletReady"/s
    const { stdout } = await eventually(
      () => kubectl('get', 'nodes', '-o', 'json'),
      (r) => isReady.test(r.stdout),
    )
    const nodes = JSON.parse(stdout).items
    expect(nodes.map((node: { metadata: { name: string } }) => node.metadata.name)).toEqual(['s1', 'w1'])
    expect(nodes[0].metadata.labels).toMatchObject({ 'node-role.kubernetes.io/control-plane': 'true' })
    expect(nodes[1].metadata.labels).toMatchObject({ 'a/b': 'c' })
    expect(nodes[0].status.addresses[0]).toEqual({ type: 'InternalIP', address: '127.0.0.1' })
    expect(nodes[0].status.nodeInfo).toMatchObject({
      kubeletVersion: 'v1.34.1+k3s1',
      containerRuntimeVersion: 'containerd://0.0.0-stand-in',
    })
  })

  it('writes the files of a K3s server', () => {
    const dir = join(server.path, 'var/lib/rancher/k3s/server')
    expect(readFileSync(join(dir, 'token'), 'utf8')).toMatch(/^K10[0-9a-f]{64}::server:sekrit\n$/)
    expect(readlinkSync(join(dir, 'node-token'))).toBe(join(dir, 'token'))
    expect(readdirSync(join(dir, 'tls'))).toContain('server-ca.crt')
    expect(statSync(join(server.path, 'etc/rancher/k3s/k3s.yaml')).mode & 0o777).toBe(0o640)
    expect(statSync(join(server.path, 'etc/rancher/node/password')).mode & 0o777).toBe(0o600)
  })

  it('refuses a wrong token, and a second machine with the same node name', async () => {
    const wrong = standInRoot(joined('wrong', 'w2'))
    // the real agent keeps retrying, so its unit stays in "activating"
    await wrong.says('agent', /401 Unauthorized/)
    wrong.remove()
    const twin = standInRoot({ ...joined('sekrit'), 'https-listen-port': await freePort() })
    expect(await twin.k3s('server')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Node password rejected'),
    })
    twin.remove()
  })

  it('imports the archives in agent/images', async () => {
    const images = await eventually(() => agent.k3s('ctr', '-n', 'k8s.io', 'images', 'ls', '-q'))
    expect(images.stdout.trim().split('\n')).toEqual([...HUB_IMAGES].sort())
  })

  it('cordons, applies, labels and reports a missing node', async () => {
    expect((await kubectl('cordon', 'w1')).stdout).toBe('node/w1 cordoned\n')
    expect((await kubectl('uncordon', 'w1')).stdout).toBe('node/w1 uncordoned\n')
    const file = server.write(
      'rc.yaml',
      'apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: nvidia}\n',
    )
    expect((await kubectl('apply', '-f', file)).stdout).toBe('runtimeclass.node.k8s.io/nvidia created\n')
    expect((await kubectl('apply', '-f', file)).stdout).toBe('runtimeclass.node.k8s.io/nvidia unchanged\n')
    expect((await kubectl('label', 'node', 'w1', 'x=y')).code).toBe(0)
    expect(await kubectl('delete', 'node', 'w9')).toMatchObject({
      code: 1,
      stderr: 'Error from server (NotFound): nodes "w9" not found\n',
    })
    const ports = JSON.parse(
      (await kubectl('-n', 'kube-system', 'get', 'svc', 'traefik', '-o', 'json')).stdout,
    ).spec.ports
    expect(ports.map((entry: { port: number }) => entry.port)).toEqual([web, websecure])
  })
})

describe('helm', () => {
  const upgrade = (...more: string[]) => {
    const chart = server.write('jupyterhub-4.4.0.tgz', '')
    return server.helm(
      'upgrade',
      '--install',
      'hub',
      chart,
      '-n',
      'jh',
      '--create-namespace',
      '--wait',
      ...more,
    )
  }
  const statuses = async () => {
    const { stdout } = await server.helm('history', 'hub', '-n', 'jh', '-o', 'json')
    return JSON.parse(stdout).map((revision: { status: string }) => revision.status)
  }

  it('merges the values that convecthub passes, with the password last', async () => {
    const site = 'hub:\n  config:\nsingleuser:\n  storage: {capacity: 1Gi}\n'
    const layers = [
      ['defaults.yaml', hubDefaults(['ada', 'on'], site)],
      ['values.yaml', site],
      ['password.yaml', "# Made\nhub:\n  config:\n    DummyAuthenticator:\n      password: 'k7mz'\n"],
    ] as const
    const files = layers.flatMap(([name, text]) => ['-f', server.write(name, text)])
    expect(await upgrade(...files)).toMatchObject({ code: 0 })
    const { stdout } = await server.helm('get', 'values', 'hub', '-n', 'jh', '-o', 'json')
    expect(JSON.parse(stdout)).toMatchObject({
      hub: { config: { DummyAuthenticator: { password: 'k7mz' } } },
      ingress: { enabled: true },
      singleuser: { cloudMetadata: { blockWithIptables: false }, storage: { capacity: '1Gi' } },
    })
    await server.helm('uninstall', 'hub', '-n', 'jh', '--wait')
  })

  it('tracks a release through install, failure, kill, rollback and uninstall', async () => {
    expect(await server.helm('status', 'hub', '-n', 'jh', '-o', 'json')).toMatchObject({
      code: 1,
      stderr: 'Error: release: not found\n',
    })
    const values = server.write('values.yaml', 'hub:\n  a: [1, "2"]\n')
    expect((await upgrade('-f', values, '--description', 'digest 1')).stdout).toContain('STATUS: deployed')
    const status = JSON.parse((await server.helm('status', 'hub', '-n', 'jh', '-o', 'json')).stdout)
    expect(status).toMatchObject({ name: 'hub', version: 1, namespace: 'jh' })
    expect(status.info).toMatchObject({ status: 'deployed', description: 'digest 1' })
    expect((await server.helm('get', 'values', 'hub', '-n', 'jh', '-o', 'json')).stdout).toBe(
      '{"hub":{"a":[1,"2"]}}\n',
    )

    const bad = server.write('bad.yaml', '# stand-in: fail\n')
    expect(await upgrade('-f', bad, '--timeout', '1s')).toMatchObject({
      code: 1,
      stderr: 'Error: UPGRADE FAILED: context deadline exceeded\n',
    })
    expect(await statuses()).toEqual(['deployed', 'failed'])

    const { killed } = await killDuring(upgrade('-f', bad, '--timeout', '60s'))
    expect(killed).toBe(true)
    expect(await statuses()).toEqual(['deployed', 'failed', 'pending-upgrade'])
    expect((await upgrade()).stderr).toContain('another operation (install/upgrade/rollback) is in progress')
    expect((await server.helm('rollback', 'hub', '1', '-n', 'jh', '--wait')).code).toBe(0)
    expect((await statuses()).at(-1)).toBe('deployed')

    const login = await eventually(async () => {
      const answer = await fetch(`http://127.0.0.1:${web}/hub/login`).catch(() => undefined)
      return { code: answer?.status === 200 ? 0 : 1, stdout: (await answer?.text()) ?? '', stderr: '' }
    })
    for (const text of ['id="login-main"', 'name="username"', 'name="password"', 'name="_xsrf"', 'stand-in:'])
      expect(login.stdout).toContain(text)
    expect((await kubectl('-n', 'jh', 'rollout', 'status', 'deploy/hub', '--timeout=5s')).code).toBe(0)

    expect((await server.helm('uninstall', 'hub', '-n', 'jh', '--wait')).stdout).toBe(
      'release "hub" uninstalled\n',
    )
    expect((await server.helm('list', '-n', 'jh', '-a', '-o', 'json')).stdout).toBe('[]\n')
  }, 60_000)

  /** Kills helm in the middle of an upgrade, as a lost connection or a reboot would. */
  async function killDuring(running: Promise<unknown>): Promise<{ killed: boolean }> {
    await eventually(async () => ({
      code: (await statuses()).at(-1) === 'pending-upgrade' ? 0 : 1,
      stdout: '',
      stderr: '',
    }))
    const pid = readdirSync('/proc').find((entry) => {
      if (!/^\d+$/.test(entry)) return false
      try {
        return readFileSync(`/proc/${entry}/cmdline`, 'utf8').includes(`${server.path}/helm\0upgrade`)
      } catch {
        return false
      }
    })
    if (pid !== undefined) process.kill(Number(pid), 'SIGKILL')
    await running
    return { killed: pid !== undefined }
  }
})
