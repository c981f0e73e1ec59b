import { appendFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Lab, labUp, must } from './lab.ts'

const PASSWORD = 'canary-of-the-sudo-password'
const TOKEN = 'canary-of-the-cluster-token'

const CANARY = 'canary-of-an-option-1234'

const LOGS =
  'journalctl -q --no-pager -o verbose; cat /var/log/*.log /run/convecthub/* 2>/dev/null; systemctl show "*" -p Environment'

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

it('shows no secret in arguments, environments, output, logs or the journal', async () => {
  // the machines are containers, so this machine's /proc shows their processes too
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
    const logs = await lab.inside(machine, LOGS)
    expect(secretsIn(logs)).toEqual([])
    expect(
      await lab.inside(
        machine,
        `grep -rlF ${TOKEN} /etc /var/lib/convecthub 2>/dev/null | xargs -r stat -c '%n %a %U'`,
      ),
      // workers have a secret of their own instead of the token
    ).toBe(machine.startsWith('driver') ? '/etc/rancher/k3s/token 600 root\n' : '')
  }
})

/** All ways to pass a secret. */
const WAYS: readonly { what: string; args: readonly string[]; input?: string }[] = [
  { what: 'key=value', args: ['-e', `ansible_become_password=${CANARY}`] },
  { what: 'key=value after another', args: ['-e', `http_port=80 ansible_become_pass=${CANARY}`] },
  { what: 'a quoted value', args: ['-e', `ansible_sudo_pass="${CANARY}"`] },
  { what: 'JSON', args: ['-e', JSON.stringify({ ansible_become_pass: CANARY, http_port: 80 })] },
  { what: 'nested JSON', args: ['-e', JSON.stringify({ mine: { deep: [CANARY] } })] },
  { what: 'truncated JSON', args: ['-e', `{"ansible_password": "${CANARY}"`] },
  { what: 'a file of variables', args: ['-e', '@secret.yml'] },
  { what: 'the token', args: ['-e', `convect_token=${CANARY}`] },
  { what: 'an invalid token', args: ['-e', `convect_token=${CANARY}:x`] },
  {
    what: 'ssh arguments',
    args: ['-e', `ansible_ssh_common_args="-o ProxyCommand='sh -c :' -o SetEnv=X=${CANARY}"`],
  },
  { what: '-K', args: ['-K'], input: `${CANARY}\n` },
  { what: '-k', args: ['-k'], input: `${CANARY}\n` },
  { what: '--vault-password-file', args: ['--vault-password-file', 'secret.txt'] },
  { what: '--ask-vault-pass', args: ['--ask-vault-pass'], input: `${CANARY}\n` },
]

it.each(WAYS)('never shows a secret passed as $what', async ({ args, input = '' }) => {
  writeFileSync(join(lab.folder, 'secret.yml'), `ansible_become_password: ${CANARY}\n`, { mode: 0o600 })
  writeFileSync(join(lab.folder, 'secret.txt'), `${CANARY}\n`, { mode: 0o600 })
  // with one unreachable machine, so that the command to continue is printed
  const inventory = readFileSync(join(lab.folder, 'lab/inv.toml'), 'utf8')
  writeFileSync(
    join(lab.folder, 'lab/down.toml'),
    inventory.replace('[worker]\n', '[worker]\ngone ansible_host=127.0.0.1 ansible_port=9\n'),
    { mode: 0o600 },
  )
  const found = new Set<string>()
  for (const call of [
    ['provision', '-vvv'],
    ['status', '--output', 'json'],
  ]) {
    const [verb = '', ...more] = call
    const running = lab.run(verb, [...more, ...args], { inventory: 'lab/down.toml', input })
    let done = false
    running.finally(() => {
      done = true
    })
    while (!done) {
      for (const leak of leaks()) found.add(leak)
      await setImmediate()
    }
    const { stdout, stderr } = await running
    expect(secretsIn(stdout + stderr), verb).toEqual([])
  }
  expect([...found]).toEqual([])
  const cache = join(homedir(), '.cache/convecthub')
  if (existsSync(cache))
    for (const name of readdirSync(cache)) expect(secretsIn(read(join(cache, name)))).toEqual([])
  for (const machine of lab.machines) expect(secretsIn(await lab.inside(machine, LOGS))).toEqual([])
})

it('detects a secret in the arguments of a process, so the checks above can fail', async () => {
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

/** Command lines and environments of current processes that contain a canary, except those that the tests start. */
function leaks(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .filter((pid) => !read(`/proc/${pid}/cmdline`).includes('bin/convecthub.cjs\0'))
    .flatMap((pid) => ['cmdline', 'environ'].map((file) => read(`/proc/${pid}/${file}`)))
    .filter((text) => secretsIn(text).length > 0)
}

function secretsIn(text: string): string[] {
  return [PASSWORD, TOKEN, CANARY].filter((secret) => text.includes(secret))
}

/** Reads a file; empty when the process has ended meanwhile. */
function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
