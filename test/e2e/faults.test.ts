import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
import { type Lab, labUp, must } from './lab.ts'

let lab: Lab

beforeAll(async () => {
  lab = await labUp(3)
})
afterAll(() => lab?.down())

describe('errors before any machine is contacted', () => {
  const inventory = () => readFileSync(join(lab.folder, 'lab/inv.toml'), 'utf8')
  const provisionWith = async (change: (text: string) => string, args: readonly string[] = []) => {
    writeFileSync(join(lab.folder, 'lab/broken.toml'), change(inventory()), { mode: 0o600 })
    const result = await lab.run('provision', args, { inventory: 'lab/broken.toml' })
    expect(result.stderr).not.toMatch(/^ +at .*:\d+:\d+/m)
    return result
  }

  it.each([
    ['a missing inventory', ['-i', 'nowhere.toml'], 3, /nowhere\.toml: there is no such inventory/],
    ['a limit that matches no host', ['--limit', 'worker9'], 3, /worker9/],
    ['a missing bundle', ['--bundle', 'nowhere'], 4, /there is no bundle/],
    ['missing values', ['-e', 'jhub_config_path=nowhere.yaml'], 4, /jhub_config_path: .*nowhere\.yaml/],
    ['a wrong port', ['-e', 'http_port=http'], 3, /http_port=http: a port number is needed/],
    ['an unknown option', ['--nonsense'], 2, /unknown option '--nonsense'/],
  ])('%s', async (_what, args, code, message) => {
    const result = await lab.run('provision', args as string[])
    expect(result.stderr).toMatch(message)
    expect(result.stderr).not.toMatch(/^ +at .*:\d+:\d+/m)
    expect(result.code).toBe(code)
  })

  it('a host in no group, with its line', async () => {
    const result = await provisionWith((text) =>
      text.replace('[driver]', 'stray ansible_host=127.9.9.9\n\n[driver]'),
    )
    expect(result.stderr).toMatch(/broken\.toml:\d+.*stray is in none of the groups/)
    expect(result.code).toBe(3)
  })

  it('a missing driver and two hosts at one address, reported together', async () => {
    const address = /worker1 .*?ansible_ssh_host=(\S+)/.exec(inventory())?.[1] ?? ''
    const result = await provisionWith((text) =>
      text
        .replace(/^\[driver\]\ndriver1$/m, '[worker]\ndriver1')
        .replace(/(worker2 .*?ansible_ssh_host=)\S+/, `$1${address}`),
    )
    expect(result.stderr).toMatch(/no host is in the group `driver`/)
    expect(result.stderr).toMatch(/worker2 and worker1 are both at/)
    expect(result.code).toBe(3)
  })

  it('a missing key, and an unknown variable with a suggestion', async () => {
    const result = await provisionWith((text) =>
      text.replace("lab/id_ed25519'", "lab/no_key'").replace('has_gpu=false', 'has_gpus=false'),
    )
    expect(result.stderr).toMatch(/variable has_gpus \[UNKNOWN_VARIABLE\][\s\S]*?→ did you mean has_gpu\?/)
    expect(result.stderr).toMatch(/the private key .*no_key cannot be read/)
    expect(result.code).toBe(4)
  })

  it('a truncated file in the bundle', async () => {
    const file = join(lab.folder, 'lab/shared/bin/k3s')
    copyFileSync(file, `${file}.whole`)
    truncateSync(file, 100)
    const result = await lab.run('provision')
    copyFileSync(`${file}.whole`, file)
    expect(result.stderr).toMatch(/shared\/bin\/k3s is 100 bytes; bundle\.lock\.yaml says \d+/)
    expect(result.code).toBe(4)
  })
})

describe('hosts that refuse the login', () => {
  it('shows the fingerprint of an unknown host key and what to do', async () => {
    writeFileSync(join(lab.folder, 'nobody'), '')
    const result = await lab.run('ping', [
      '-e',
      `ansible_ssh_common_args="-o UserKnownHostsFile=${lab.folder}/nobody"`,
    ])
    expect(result.stderr).toMatch(/host key is not known: ssh-ed25519 SHA256:/)
    expect(result.stderr).toMatch(/--accept-new-host-keys/)
    expect(result.code).toBe(5)
  })

  it('tries a wrong sudo password only once, and accepts a right one', async () => {
    await lab.inside(
      'worker1',
      'echo lab:right-horse | chpasswd; cp /etc/sudoers.d/lab /root/sudoers; echo "lab ALL=(ALL:ALL) ALL" >/etc/sudoers.d/lab; echo Defaults logfile=/var/log/sudo.log >/etc/sudoers.d/log',
    )
    const none = await lab.run('ping', ['--limit', 'worker1'])
    expect(none.stderr).toMatch(/sudo wants a password/)
    expect(none.code).toBe(5)
    const wrong = await lab.run('ping', ['--limit', 'worker1', '-K'], { input: 'wrong\n' })
    expect(wrong.stderr).toMatch(/sudo refused the password/)
    expect(wrong.code).toBe(5)
    expect(await lab.inside('worker1', 'cat /var/log/sudo.log')).toMatch(/1 incorrect password attempt/)
    const right = await lab.run('ping', ['--limit', 'worker1', '-K'], { input: 'right-horse\n' })
    expect(right.stdout).toMatch(/worker1 +OK .* lab, sudo with password/)
    expect(must(await lab.run('ping', ['--extra-vars', 'ansible_sudo_pass=right-horse'])).code).toBe(0)
    await lab.inside(
      'worker1',
      'echo "nobody ALL=(ALL) ALL" >/etc/sudoers.d/lab; gpasswd -d lab sudo >/dev/null 2>&1 || :',
    )
    const denied = await lab.run('ping', ['--limit', 'worker1', '-K'], { input: 'right-horse\n' })
    expect(denied.stderr).toMatch(/this user may not use sudo/)
    await lab.inside(
      'worker1',
      'mv /root/sudoers /etc/sudoers.d/lab; rm /etc/sudoers.d/log /var/log/sudo.log',
    )
    must(await lab.run('ping'))
  })
})

describe('hosts that are down', () => {
  it('a driver blocks the steps that need it, and nothing is changed', async () => {
    await lab.docker('stop', 'driver1')
    const result = await lab.run('provision', ['--timeout', '3'])
    expect(result.stderr).toMatch(/worker1 +Start the K3s agent: blocked by k3s-server on driver1/)
    expect(result.code).toBe(5)
    await lab.docker('start', 'driver1')
    await settled('driver1')
  })

  it('a worker does not stop the others, and the same command later does only what is missing', async () => {
    await lab.docker('stop', 'worker2')
    const down = await lab.run('provision', ['--timeout', '3'])
    expect(down.stdout).toMatch(/^To continue: convecthub provision -i lab\/inv\.toml --limit worker2/m)
    expect(down.code).toBe(5)
    expect((await lab.run('status')).stdout).toMatch(
      /✔ +node worker1 +Ready[\s\S]*✘ +node worker2 +not in the cluster/,
    )
    await lab.docker('start', 'worker2')
    await settled('worker2')
    const up = must(await lab.run('provision', ['--output', 'json']))
    const touched = jsonLines(up.stdout).filter(
      ({ event, outcome }) => event === 'step' && outcome === 'changed',
    )
    expect(new Set(touched.map(({ host }) => host))).toEqual(new Set(['worker2']))
    expect(must(await lab.run('provision')).stdout).toMatch(/Nothing to change on 3 hosts/)
  })

  it('names a full disk and leaves no partial file', async () => {
    must(await lab.run('reset', ['--yes']))
    await lab.inside('worker1', 'mkdir -p /mnt/full; mount -t tmpfs -o size=64k,mode=755 none /usr/local/bin')
    const refused = await lab.run('provision')
    expect(refused.stderr).toContain('/usr/local/bin has 0 MiB free; what is sent needs 1 MiB')
    expect(refused.code).toBe(6)
    const result = await lab.run('provision', ['--ignore-preflight', 'disk'])
    expect(result.stderr).toMatch(/worker1, artifacts: .*there is not enough room for it \[NO_SPACE\]/)
    expect(result.code).toBe(7)
    expect(await lab.inside('worker1', 'test -e /usr/local/bin/k3s && echo there || echo not there')).toBe(
      'not there\n',
    )
    await lab.inside('worker1', 'umount /usr/local/bin')
    must(await lab.run('provision'))
  })
})

describe('Ctrl-C', () => {
  it('stops cleanly and names the running change; the same command continues', async () => {
    must(await lab.run('reset', ['--yes']))
    const result = await lab.run('provision', ['--output', 'json'], {
      onLine: (line, child) =>
        /"event":"change-start".*wait until the Kubernetes/.test(line) && child.kill('SIGINT'),
    })
    expect(result.code).toBe(130)
    const printed = jsonLines(result.stdout)
    expect(printed.at(-1)).toMatchObject({ event: 'summary', ok: false, interrupted: true })
    expect(result.stdout).toMatch(/stopped during: wait until the Kubernetes API answers/)
    must(await lab.run('provision'))
  })
})

/** Waits until `ping` reaches a machine that was started. */
async function settled(machine: string): Promise<void> {
  for (let left = 30; left > 0; left--) {
    if ((await lab.run('ping', ['--limit', machine, '--timeout', '5'])).code === 0) return
  }
  throw new Error(`${machine} did not come back`)
}
