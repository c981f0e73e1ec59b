import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { brokenBundle } from './broken-bundle.ts'
import { cli } from './cli.ts'
import { type Lab, labUp, must } from './lab.ts'

const DRIVERS = ['driver1', 'driver2', 'driver3']
const STORAGE = '/var/lib/rancher/k3s/storage/pvc-1_convecthub_hub-db-dir'

/** How long an agent may take to turn to another server after its own went away. */
const TURNING = { timeout: 60_000, interval: 1000 }

let lab: Lab
beforeAll(async () => {
  lab = await labUp(5, 3)
  must(await lab.run('provision'))
})
afterAll(() => lab?.down())

/** Makes a stand-in bundle with this version of K3s in a folder called `name`. */
async function bundle(name: string, version: string): Promise<string> {
  must(await cli(['lab', 'bundle', name, '--k3s-version', version], { cwd: lab.folder }))
  return join(lab.folder, name)
}

/** The start time of K3s on a machine. */
const startTime = (machine: string) =>
  lab.inside(machine, 'systemctl show -p ExecMainStartTimestampMonotonic k3s k3s-agent')
const startTimes = () => Promise.all(lab.machines.map(startTime))
const ids = (stdout: string) =>
  (jsonLines(stdout).at(-1) as { hosts: { host: string; errors: { code: string }[] }[] }).hosts.flatMap(
    ({ host, errors }) => errors.map(({ code }) => `${code} ${host}`),
  )

describe('a cluster of three servers', () => {
  it('refuses another version of K3s before it uploads anything', async () => {
    const before = await startTimes()
    for (const version of ['v1.35.2+k3s1', 'v1.33.2+k3s1', 'v1.36.0+k3s1']) {
      const folder = await bundle(version.slice(0, 5), version)
      const { code, stdout } = await lab.run('provision', ['--bundle', folder, '--output', 'json'])
      expect(code).toBe(6)
      expect(ids(stdout)).toEqual(lab.machines.map((machine) => `k3s-version ${machine}`))
    }
    for (const machine of lab.machines) expect(await lab.inside(machine, 'ls /usr/local/bin')).toBe('k3s\n')
    expect(await startTimes()).toEqual(before)
  })

  it.each([
    { broken: 'driver1', others: ['driver2', 'driver3'] },
    { broken: 'driver2', others: ['driver3'] },
  ])(
    'rolls $broken back when K3s does not start there, and does not change $others',
    async ({ broken, others }) => {
      const before = await Promise.all(others.map(startTime))
      const folder = brokenBundle(lab.folder, broken)
      const { code, stdout } = await lab.run('provision', ['--bundle', folder, '--output', 'json'])
      expect(code).toBe(7)
      const failed = jsonLines(stdout).filter(
        ({ event, outcome }) => event === 'step' && outcome === 'failed',
      )
      expect(failed.map(({ step, host }) => `${step} ${host}`)).toEqual([`k3s-server ${broken}`])
      expect(JSON.stringify(failed)).toContain('put back, and K3s is well again with them')
      expect(await Promise.all(others.map(startTime))).toEqual(before)
      await vi.waitFor(async () => must(await lab.run('status')), TURNING)
      expect(must(await lab.run('provision')).stdout).toMatch(/Done: |Nothing to change/)
      expect(must(await lab.run('provision')).stdout).toMatch(/Nothing to change on 5 hosts/)
    },
  )

  it('status reports a stopped server, and provision starts it', async () => {
    await lab.inside('driver2', 'systemctl stop k3s')
    const { code, stdout } = await lab.run('status')
    expect(code).toBe(8)
    expect(stdout).toMatch(/✘ +node driver2 +NotReady/)
    expect(stdout).toMatch(/✔ +node driver1 +Ready/)
    must(await lab.run('provision'))
    must(await lab.run('status'))
  })

  it('never has an agent newer than a server, or fewer than two running servers, during an upgrade', async () => {
    const seen: string[] = []
    let over = false
    const watch = async () => {
      while (!over) {
        const answers = await Promise.all(DRIVERS.map(look))
        const up = answers.filter((answer) => answer !== undefined)
        if (up.length < 2) seen.push(`only ${up.length} servers answer`)
        for (const nodes of up) {
          const servers = DRIVERS.map((name) => minor(nodes[name]))
          for (const agent of ['worker1', 'worker2'])
            if (minor(nodes[agent]) > Math.min(...servers)) seen.push(JSON.stringify(nodes))
        }
        await new Promise((done) => setTimeout(done, 200))
      }
    }
    const watching = watch()
    const own = ['--bundle', join(lab.folder, 'v1.35'), '--upgrade', '--output', 'json']
    const run = await lab.run('provision', own).finally(() => {
      over = true
    })
    await watching
    const { stdout } = must(run)
    expect(seen).toEqual([])
    const order = jsonLines(stdout).flatMap(({ event, step, host, outcome }) =>
      event === 'step' && outcome === 'changed' && /^k3s-(snapshot|server)/.test(String(step))
        ? [`${step} ${host}`]
        : [],
    )
    expect(order).toEqual(['k3s-snapshot driver1', ...DRIVERS.map((driver) => `k3s-server ${driver}`)])
    expect(await lab.inside('driver1', 'ls /var/lib/rancher/k3s/server/db/snapshots')).toMatch(
      /convecthub-\d{8}-v1\.34\.1-k3s1-before-v1\.35\.2-k3s1/,
    )
    expect(must(await lab.run('status')).stdout.match(/v1\.35\.2\+k3s1/g)).toHaveLength(5)
  })

  it('does not found a new cluster on a first driver that lost its disk; it rejoins after a reset', async () => {
    const own = ['--bundle', join(lab.folder, 'v1.35')]
    await lab.inside('driver1', 'systemctl disable --now k3s')
    await lab.inside(
      'driver1',
      `for group in /proc/[0-9]*/cgroup; do
  ! grep -q k3s.service $group || kill -9 $(echo $group | cut -d/ -f3); done
for link in cni0 flannel.1; do ip link delete $link; done
rm -rf /etc/rancher /var/lib/rancher/* /var/lib/convecthub /usr/local/bin/k3s /etc/systemd/system/k3s*
systemctl daemon-reload`,
    )
    const refused = await lab.run('provision', [...own, '--output', 'json'])
    expect(refused.code).toBe(6)
    expect(ids(refused.stdout)).toEqual(['lost-node driver1'])
    const out = must(await lab.run('reset', ['--limit', 'driver1', '--yes', '-v'])).stderr
    expect(out).toMatch(/driver2 +- node driver1, its password and its membership of etcd/)
    must(await lab.run('provision', own))
    expect(await lab.inside('driver1', 'grep ^server: /etc/rancher/k3s/config.yaml')).toMatch(
      /^server: https:/,
    )
    must(await lab.run('status'))
  })

  it('continues without machines that are reset, and takes them back', async () => {
    const own = ['--bundle', join(lab.folder, 'v1.35')]
    await lab.inside('worker2', `mkdir -p ${STORAGE}; echo mine >${STORAGE}/file`)
    const worker = must(await lab.run('reset', ['--limit', 'worker2', '--yes'])).stdout
    expect(worker).toMatch(
      /Audit: nothing is left\.\nUsers' data is kept in \/var\/lib\/rancher\/k3s\/storage: 1 volume /,
    )
    expect(await lab.inside('worker2', `cat ${STORAGE}/file; ls /var/lib/rancher /var/lib/rancher/k3s`)).toBe(
      'mine\n/var/lib/rancher:\nk3s\n\n/var/lib/rancher/k3s:\nstorage\n',
    )
    const many = ['--limit', 'driver1,driver3']
    expect(await lab.run('reset', [...many, '--yes'], { input: '' })).toMatchObject({ code: 2 })
    must(await lab.run('reset', many, { input: 'inv\n' }))
    const { stdout } = await vi.waitFor(async () => {
      const result = await lab.run('status')
      expect(result.stdout).toMatch(/✔ +node driver2 +Ready/)
      expect(result.stdout).toMatch(/✔ +node worker1 +Ready/)
      return result
    }, TURNING)
    expect(stdout.match(/not in the cluster/g)).toHaveLength(3)
    must(await lab.run('provision', own))
    must(await lab.run('status'))
    const theirs = '/var/lib/docker/theirs'
    await lab.inside(
      'worker1',
      `mkdir -p /srv/theirs ${theirs}; echo theirs >/srv/theirs/file
mount --bind /srv/theirs ${theirs}`,
    )
    must(await lab.run('reset', ['--yes', '--delete-data']))
    expect(await lab.inside('worker2', 'ls -A /var/lib/rancher')).toBe('')
    expect(await lab.inside('worker1', `cat ${theirs}/file; ls -A /var/lib/docker`)).toBe('theirs\ntheirs\n')
  })
})

/** The kubelet versions of all nodes, as a server reports them. Undefined when its API is not ready. */
async function look(driver: string): Promise<Record<string, string> | undefined> {
  try {
    const text = await lab.inside(
      driver,
      'k3s kubectl get --raw /readyz >/dev/null && timeout 5 k3s kubectl get nodes -o json',
    )
    const { items } = JSON.parse(text) as {
      items: { metadata: { name: string }; status: { nodeInfo: { kubeletVersion: string } } }[]
    }
    return Object.fromEntries(
      items.map(({ metadata, status }) => [metadata.name, status.nodeInfo.kubeletVersion]),
    )
  } catch {
    return undefined
  }
}

const minor = (version: string | undefined) => Number(/^v1\.(\d+)\./.exec(version ?? '')?.[1] ?? Number.NaN)
