import { appendFileSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Lab, labUp, must } from './lab.ts'

const PASSWORD = 'canary-of-the-sudo-password'
const TOKEN = 'canary-of-the-cluster-token'

let lab: Lab

beforeAll(async () => {
  lab = await labUp(2)
  for (const machine of lab.machines) {
    await lab.inside(
      machine,
      `echo lab:${PASSWORD} | chpasswd; echo "lab ALL=(ALL:ALL) ALL" >/etc/sudoers.d/lab`,
    )
  }
  appendFileSync(
    join(lab.folder, 'lab/inv.toml'),
    `\n[all:vars]\nansible_become_password=${PASSWORD}\nconvect_token=${TOKEN}\n`,
  )
})
afterAll(() => lab?.down())

it('neither secret is in any argv or environment, output, log or journal', async () => {
  // the machines are containers, so this machine's /proc shows the processes of both sides
  let running = true
  const found = new Set<string>()
  const watch = (async () => {
    while (running) {
      for (const leak of leaks()) found.add(leak)
      await setImmediate()
    }
  })()
  const first = must(await lab.run('provision', ['-vvv']))
  const second = must(await lab.run('provision', ['-vvv', '--output', 'json']))
  const plan = must(await lab.run('plan', ['-vvv', '--diff', '-e', 'http_port=8080']))
  running = false
  await watch
  expect([...found]).toEqual([])
  for (const { stdout, stderr } of [first, second, plan]) expect(secretsIn(stdout + stderr)).toEqual([])
  for (const machine of lab.machines) {
    const logs = await lab.inside(
      machine,
      'journalctl -q --no-pager -o verbose; cat /var/log/*.log /run/convecthub/* 2>/dev/null; systemctl show "*" -p Environment',
    )
    expect(secretsIn(logs)).toEqual([])
    expect(
      await lab.inside(
        machine,
        `grep -rlF ${TOKEN} /etc /var/lib/convecthub 2>/dev/null | xargs -r stat -c '%n %a %U'`,
      ),
    ).toBe('/etc/rancher/k3s/token 600 root\n')
  }
})

it('the watch would have seen it', async () => {
  const script = `exec sleep 2 # ${TOKEN}`
  const running = lab.inside('driver1', `sh -c '${script}; :' ${TOKEN}`)
  let seen: string[] = []
  while (seen.length === 0) {
    seen = leaks()
    await setImmediate()
  }
  expect(seen[0]).toContain(TOKEN)
  await running
})

/** Command lines and environments on this machine that hold one of the canaries now. */
function leaks(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => read(`/proc/${pid}/${file}`)))
    .filter((text) => secretsIn(text).length > 0)
}

function secretsIn(text: string): string[] {
  return [PASSWORD, TOKEN].filter((secret) => text.includes(secret))
}

/** A process may be gone by the time that it is looked at. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
