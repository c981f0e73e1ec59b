import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bundlePackages } from './bundled-packages.ts'
import { type Lab, labUp, machineState, must } from './lab.ts'

const KEY = '741A1BFB5CA840071D375675FB4488FE3C58BF04'
const LISTS = '/etc/apt/sources.list.d'

let lab: Lab
let server: Server
let mirror: string

beforeAll(async () => {
  lab = await labUp(1)
  server = createServer(({ url = '' }, response) => {
    // /whole serves a complete repository, any other path only the key
    const [, part, ...path] = url.split('/')
    const file = new URL(`docker-mirror/${path.at(-1)}`, import.meta.url)
    const known = (part === 'whole' || path.join() === 'gpg') && existsSync(file)
    response.writeHead(known ? 200 : 404)
    response.end(known ? readFileSync(file) : '')
  }).listen(0)
  const gateway = await inside("ip route | sed -n 's/^default via \\([0-9.]*\\).*/\\1/p'")
  mirror = `http://${gateway.trim()}:${(server.address() as AddressInfo).port}`
})
afterAll(async () => {
  server?.close()
  await lab?.down()
})

const inside = (script: string) => lab.inside('driver1', script)
const dockerFrom = (part: string) => [
  '-e',
  `install_docker=true docker_repo=${mirror}/${part} docker_key=${KEY}`,
]

/** The lists and keys of apt, and whether `apt-get update` succeeds. */
const aptState = () =>
  inside(
    'ls /etc/apt/sources.list.d /etc/apt/keyrings 2>&1; apt-get -q update >/dev/null 2>&1; echo update $?',
  )

/** Adds a source for the mirror that convecthub does not manage, with this component. */
const theirs = (component: string) =>
  inside(`mkdir -p /etc/apt/keyrings && curl -fsS ${mirror}/whole/gpg >/etc/apt/keyrings/theirs.gpg
. /etc/os-release
echo "deb [signed-by=/etc/apt/keyrings/theirs.gpg] ${mirror}/whole $VERSION_CODENAME ${component}" >${LISTS}/theirs.list`)

describe('the apt sources of a machine', () => {
  it('are not changed when a source conflicts, which is reported with its line', async () => {
    await theirs('test')
    const before = await machineState(lab, 'driver1')
    const { code, stderr } = await lab.run('provision', dockerFrom('whole'))
    expect(stderr).toContain(`${LISTS}/theirs.list:1 has ${mirror}/whole`)
    expect(code).toBe(6)
    expect(await machineState(lab, 'driver1')).toBe(before)
  })

  it('are used unchanged when they already have Docker', async () => {
    await theirs('stable')
    const { stdout } = must(await lab.run('plan', dockerFrom('whole')))
    expect(stdout).toContain(`+ install docker-ce from ${mirror}/whole (${LISTS}/theirs.list:1)`)
    expect(stdout).not.toContain('convecthub-docker')
    await inside(`rm ${LISTS}/theirs.list; rm -r /etc/apt/keyrings`)
  })

  it('are restored when the mirror lacks this release', async () => {
    const before = await aptState()
    const { code, stderr } = await lab.run('provision', dockerFrom('empty'))
    expect(stderr).toContain('does not have a Release file')
    expect(code).not.toBe(0)
    await inside('rmdir /etc/apt/keyrings')
    expect(await aptState()).toBe(before)
  })

  it('get the mirror for Docker, and lose it when Docker is no longer wanted', async () => {
    must(await lab.run('provision', dockerFrom('whole')))
    expect(await aptState()).toMatch(/convecthub-docker\.gpg\n[\s\S]*convecthub-docker\.list\nupdate 0/)
    expect(await inside('dpkg -s docker-ce | grep Status')).toBe('Status: install ok installed\n')
    const plan = must(await lab.run('plan', ['-e', 'install_docker=false'])).stdout
    expect(plan).toContain('- remove /etc/apt/keyrings/convecthub-docker.gpg')
    expect(must(await lab.run('plan', dockerFrom('whole'))).stdout).toContain('Nothing to change.')
  })

  it('can be reset when they conflict so that apt-get update fails', async () => {
    await theirs('stable')
    expect(await aptState()).toContain('update 100')
    must(await lab.run('reset', ['--yes']))
    expect(await aptState()).toMatch(/^\S+:\ntheirs\.gpg\n\n\S+:\ntheirs\.list\nupdate 0\n$/)
    expect(await inside('command -v dockerd || echo gone')).toBe('gone\n')
  })
})

it('reports a noexec mount of a folder that programs run from', async () => {
  await inside('mount --bind /usr/local/bin /usr/local/bin && mount -o remount,bind,noexec /usr/local/bin')
  const { code, stderr } = await lab.run('plan')
  await inside('umount /usr/local/bin')
  expect(stderr).toContain('/usr/local/bin is mounted with noexec')
  expect(code).toBe(6)
})

describe('the packages of the bundle', () => {
  const fromBundle = ['-e', 'install_docker=true apt_repo=bundle']
  const outside = () => inside("iptables -L CVH-OUTSIDE -v -n -x | awk 'NR == 3 { print $1 }'")

  it('are refused with the line that brings them while the bundle has none', async () => {
    const { code, stderr } = await lab.run('plan', fromBundle)
    expect(stderr).toContain('`apt: [{release: ID-VERSION}]` in bundle.yaml brings it')
    expect(code).toBe(4)
  })

  it('are installed without any network, once', async () => {
    const before = await machineState(lab, 'driver1')
    await inside(`iptables -N CVH-OUTSIDE; iptables -A CVH-OUTSIDE -j REJECT
iptables -A OUTPUT -o lo -j ACCEPT; iptables -A OUTPUT -p igmp -j ACCEPT
iptables -A OUTPUT -d $(ip -4 route show dev eth0 scope link | cut -d ' ' -f 1) -j ACCEPT
iptables -A OUTPUT -j CVH-OUTSIDE`)
    const release = (await inside('. /etc/os-release; printf %s "$ID-$VERSION_ID"')).trim()
    await bundlePackages(lab.folder, release, ['conntrack'])
    must(await lab.run('provision', fromBundle))
    expect(await inside('dpkg -s docker-ce conntrack | grep Status')).toBe(
      'Status: install ok installed\n'.repeat(2),
    )
    expect(must(await lab.run('plan', fromBundle)).stdout).toContain('Nothing to change.')
    expect(await outside()).toBe('0\n')
    await bundlePackages(lab.folder, release, ['conntrack', 'tini'])
    must(await lab.run('provision', fromBundle))
    expect(await inside('ls /var/lib/convecthub/packages/pool')).toContain('tini_1.0_all.deb')
    must(await lab.run('reset', ['--yes']))
    expect(await machineState(lab, 'driver1')).toBe(before)
  })
})
