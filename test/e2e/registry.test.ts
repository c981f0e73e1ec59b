import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { type Lab, labUp, machineState, must } from './lab.ts'
import { registryBundle } from './registry-bundle.ts'

const BUSYBOX = { name: 'docker.io/library/busybox:1.36', text: 'busybox' }
const HUB = { name: 'quay.io/site/notebook:1', text: 'notebook' }
const PULL = `curl -s -H 'Accept: application/vnd.oci.image.manifest.v1+json' --noproxy '*' --cacert /etc/rancher/k3s/registry-ca.crt -o /dev/null -w '%{http_code}'`
const REGISTRIES = '/etc/rancher/k3s/registries.yaml'

let lab: Lab
let bundle: string
let before: string
let ip: string
beforeAll(async () => {
  lab = await labUp(2)
  const path = join(lab.folder, 'lab/inv.toml')
  const inventory = readFileSync(path, 'utf8')
  writeFileSync(
    path,
    `${inventory.replace(/^worker1 /m, 'worker1 install_docker=true ')}\n[registry]\ndriver1\n`,
  )
  bundle = await registryBundle(lab.folder, 'with-registry', [BUSYBOX, HUB])
  before = await machineState(lab, 'driver1')
  must(await lab.run('provision', ['--bundle', bundle]))
  ip = (await lab.inside('driver1', "ip -4 -o addr show eth0 | sed 's/.* inet \\([0-9.]*\\).*/\\1/'")).trim()
})
afterAll(() => lab?.down())

const startTimes = () =>
  Promise.all(
    lab.machines.map((machine) =>
      lab.inside(
        machine,
        'systemctl show -p ExecMainStartTimestampMonotonic k3s k3s-agent docker convecthub-registry',
      ),
    ),
  )

it('changes nothing a second time', async () => {
  expect(must(await lab.run('provision', ['--bundle', bundle])).stdout).toMatch(
    /Nothing to change on 2 hosts/,
  )
})

it('serves on the private address alone, as a user without rights', async () => {
  expect(
    await lab.inside(
      'driver1',
      'systemctl is-active convecthub-registry; systemctl is-enabled convecthub-registry',
    ),
  ).toBe('active\nenabled\n')
  const pid = 'pid=$(systemctl show -p MainPID convecthub-registry | cut -d= -f2)'
  expect(
    await lab.inside(
      'driver1',
      `${pid}; ps -o user= -p $pid; grep -E 'CapEff|NoNewPrivs' /proc/$pid/status | cut -f2`,
    ),
  ).toBe('daemon\n0000000000000000\n1\n')
  expect(await lab.inside('driver1', "ss -Hltn 'sport = :5000' | awk '{ print $4 }'")).toBe(`${ip}:5000\n`)
})

it('gives an image to the others, and takes none', async () => {
  const at = `https://${ip}:5000/v2`
  expect(await lab.inside('worker1', `${PULL} ${at}/site/notebook/manifests/1`)).toBe('200')
  expect(await lab.inside('worker1', `${PULL} -X POST ${at}/site/notebook/blobs/uploads/`)).toBe('405')
  expect(await lab.inside('worker1', `${PULL} --cacert /etc/ssl/certs/ca-certificates.crt ${at}/ || :`)).toBe(
    '000',
  )
  expect(await lab.inside('worker1', `cat ${REGISTRIES}`)).toContain(`https://${ip}:5000`)
})

it('gives an image that was deleted back to Docker, by its own name and by that of the registry', async () => {
  for (const name of ['busybox:1.36', `${ip}:5000/site/notebook:1`]) {
    expect(
      await lab.inside(
        'worker1',
        `docker pull -q ${name} && docker rmi ${name} >/dev/null && docker pull -q ${name}`,
      ),
    ).toMatch(name)
  }
})

it('follows the bundle, and restarts only the registry for a new certificate', async () => {
  const times = await startTimes()
  const next = await registryBundle(lab.folder, 'next', [HUB])
  await lab.inside('driver1', 'rm /var/lib/convecthub-registry/server.pem')
  must(await lab.run('provision', ['--bundle', next]))
  const at = `https://${ip}:5000/v2`
  expect(await lab.inside('worker1', `${PULL} ${at}/library/busybox/manifests/1.36`)).toBe('404')
  expect(await lab.inside('worker1', `${PULL} ${at}/site/notebook/manifests/1`)).toBe('200')
  const after = await startTimes()
  expect(after[1]).toBe(times[1])
  const [was, is] = [times, after].map(([driver = '']) => driver.trim().split('\n'))
  expect(is?.slice(0, 2)).toEqual(was?.slice(0, 2))
  expect(is?.at(-1)).not.toBe(was?.at(-1))
})

it('moves the registry to another machine', async () => {
  const path = join(lab.folder, 'lab/inv.toml')
  writeFileSync(path, readFileSync(path, 'utf8').replace('[registry]\ndriver1', '[registry]\nworker1'))
  must(await lab.run('provision', ['--bundle', bundle]))
  expect(await lab.inside('driver1', 'ls /var/lib /usr/local/bin')).not.toContain('convecthub-registry')
  const worker = await lab.inside('driver1', `sed -n 's/.*\\(https:.*\\)/\\1/p' ${REGISTRIES} | head -n 1`)
  expect(await lab.inside('driver1', `${PULL} ${worker.trim()}/v2/`)).toBe('200')
  expect(must(await lab.run('provision', ['--bundle', bundle])).stdout).toMatch(
    /Nothing to change on 2 hosts/,
  )
})

it('goes on without the machine with the registry, and keeps what is known of it', async () => {
  const known = () => lab.inside('driver1', `cat ${REGISTRIES} /etc/rancher/k3s/registry-ca.crt`)
  const k3s = () => lab.inside('driver1', 'systemctl show -p ExecMainStartTimestampMonotonic k3s')
  const [told, began] = [await known(), await k3s()]
  await lab.docker('stop', 'worker1')
  const run = await lab.run('provision', ['--bundle', bundle, '-e', 'http_port=8081', '--output', 'json'])
  const { hosts } = jsonLines(run.stdout).at(-1) as { hosts: { host: string; result: string }[] }
  expect(hosts.map(({ host, result }) => `${host} ${result}`)).toEqual([
    'driver1 changed',
    'worker1 unreached',
  ])
  expect(await lab.inside('driver1', 'grep -h 8081 /var/lib/rancher/k3s/server/manifests/*')).toContain(
    '8081',
  )
  expect([await known(), await k3s()]).toEqual([told, began])
  await lab.docker('start', 'worker1')
  await vi.waitFor(async () => must(await lab.run('ping')), { timeout: 60_000, interval: 1000 })
})

it('leaves nothing after a reset', async () => {
  expect(must(await lab.run('reset', ['--yes', '--delete-data'])).stdout).toMatch(/Audit: nothing is left/)
  expect(await machineState(lab, 'driver1')).toBe(before)
  // Docker's package leaves traces of its own
  const left =
    'find / -xdev -name "*convecthub*" ! -path "/proc/*" ! -path "/var/log/*"; ls -d /etc/docker /etc/rancher'
  expect(await lab.inside('worker1', `{ ${left}; } 2>/dev/null || :`)).toBe('')
})
