import { existsSync, readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
