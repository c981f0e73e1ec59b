import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { chartPackage } from '../../src/lab/stand-in-chart.ts'
import { generateKey } from '../../src/transport/generate-key.ts'
import { type BuiltCli, builtCli } from '../commands/helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli?.remove())

const asRoot = process.getuid?.() === 0
const NOBODY = 65534

const INVENTORY =
  '[driver]\nd1 ansible_host=127.0.0.1 ansible_port=9\n[all:vars]\nconvect_token=abcdefgh12345678\n'
const SCRIPT = '#!/bin/sh\ntouch ./RAN\necho \'{"_meta":{"hostvars":{}},"driver":{"hosts":["d1"]}}\'\n'

/** A folder of the working directory, with these files in it. */
function site(name: string, files: Readonly<Record<string, string>>, mode = 0o755): string {
  const cwd = join(cli.folder, name)
  mkdirSync(cwd)
  for (const [file, text] of Object.entries(files)) writeFileSync(join(cwd, file), text, { mode: 0o600 })
  chmodSync(cwd, mode)
  return cwd
}

describe('what lies in the working directory', () => {
  it('an inv.toml in a folder that all may write to is not read by default', async () => {
    const cwd = site('open', { 'inv.toml': INVENTORY }, 0o1777)
    const { code, stderr } = await cli.run(['inventory', 'check'], { cwd })
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('can be written by others') })
    expect(stderr).toContain('-i inv.toml')
    expect((await cli.run(['inventory', 'check', '-i', 'inv.toml'], { cwd })).code).toBe(0)
  })

  it('nor one that all may write to itself', async () => {
    const cwd = site('open-file', { 'inv.toml': INVENTORY })
    chmodSync(join(cwd, 'inv.toml'), 0o666)
    expect((await cli.run(['inventory', 'check'], { cwd })).code).toBe(3)
  })

  it.runIf(asRoot)("nor somebody else's", async () => {
    const cwd = site('theirs', { 'inv.toml': INVENTORY })
    chownSync(join(cwd, 'inv.toml'), NOBODY, NOBODY)
    const { code, stderr } = await cli.run(['inventory', 'check'], { cwd })
    expect({ code, stderr }).toEqual({ code: 3, stderr: expect.stringContaining('belongs to another user') })
  })

  it.each(['inv.toml', 'ansible.cfg'])(
    'a script is not run because %s leads to it, and is with -i',
    async (by) => {
      const cwd = site(`script-${by}`, {
        'inv.toml': SCRIPT,
        'ansible.cfg': '[defaults]\ninventory = inv.toml\n',
      })
      chmodSync(join(cwd, 'inv.toml'), 0o755)
      if (by === 'inv.toml') chmodSync(join(cwd, 'ansible.cfg'), 0o666)
      const { code, stdout } = await cli.run(['inventory', 'check'], { cwd })
      expect({ code, ran: existsSync(join(cwd, 'RAN')) }).toEqual({ code: 3, ran: false })
      expect(stdout).toContain('run only when named with -i')
      await cli.run(['inventory', 'check', '-i', 'inv.toml'], { cwd })
      expect(existsSync(join(cwd, 'RAN'))).toBe(true)
    },
  )

  it('an ansible.cfg that others may write to is not used, and that is said', async () => {
    const cwd = site('config', { 'inv.toml': INVENTORY, 'ansible.cfg': '[defaults]\nremote_user = evil\n' })
    chmodSync(join(cwd, 'ansible.cfg'), 0o666)
    const { stderr } = await cli.run(['ping', '-i', 'inv.toml'], { cwd })
    expect(stderr).toMatch(/^warning \.\/ansible\.cfg: it is not used: .* \[CONFIG_NOT_USED\]$/m)
    expect(stderr).not.toContain('evil')
  })

  it('a vault program is not run because ansible.cfg names it', async () => {
    const config = '[defaults]\nvault_password_file = pass.sh\n'
    const cwd = site('vault', { 'inv.toml': INVENTORY, 'ansible.cfg': config, 'pass.sh': SCRIPT })
    chmodSync(join(cwd, 'pass.sh'), 0o755)
    const { code, stderr } = await cli.run(['inventory', '--list', '-i', 'inv.toml'], { cwd })
    expect({ code, ran: existsSync(join(cwd, 'RAN')) }).toEqual({ code: 4, ran: false })
    expect(stderr).toContain('--vault-password-file')
  })
})

describe('what others on this computer can read', () => {
  it('an inventory with a secret in it is told, with what to do', async () => {
    const cwd = site('readable', { 'inv.toml': INVENTORY })
    chmodSync(join(cwd, 'inv.toml'), 0o644)
    const { stdout } = await cli.run(['inventory', 'check'], { cwd })
    expect(stdout).toContain('everybody on this computer can read convect_token in it')
    expect(stdout).toContain('chmod 600 inv.toml')
  })

  it('a private key is refused', async () => {
    const cwd = site('key', { 'inv.toml': INVENTORY.replace('=9', '=9 ansible_ssh_private_key_file=./key') })
    writeFileSync(join(cwd, 'key'), generateKey('test').private)
    chmodSync(join(cwd, 'key'), 0o640)
    const { code, stdout } = await cli.run(['inventory', 'check'], { cwd })
    expect(stdout).toMatch(/other users can read or change the private key \.\/key/)
    expect(stdout).toContain('chmod 600 ./key')
    expect(code).toBe(3)
  })
})

describe('a template that grows without end', () => {
  it('is refused', async () => {
    const names = Array.from({ length: 41 }, (_, i) => `a${i}`)
    const vars = names.map((name, i) => `${name}="${i === 40 ? 'x' : `{{ a${i + 1} }}{{ a${i + 1} }}`}"`)
    const text = INVENTORY.replace('ansible_host=127.0.0.1', `ansible_host="{{ a0 }}" ${vars.join(' ')}`)
    const cwd = site('bomb', { 'inv.toml': text })
    const { code, stdout } = await cli.run(['inventory', 'check'], { cwd })
    expect({ code, stdout }).toEqual({
      code: 3,
      stdout: expect.stringContaining('lead to one another without end'),
    })
  })

  it('is not one that many settings use', async () => {
    const vars = Array.from({ length: 300 }, (_, i) => `v${i}={{ base }}`).join('\n')
    const cwd = site('many', { 'inv.toml': `${INVENTORY}base=x\n${vars}\nconvect_workdir=/srv/{{ base }}\n` })
    expect((await cli.run(['inventory', 'check'], { cwd })).code).toBe(0)
  })
})

const BIG = 9 * 1024 * 1024
const CHART = await chartPackage()

describe('the cache', () => {
  /** A bundle with a file whose digest is worth keeping. */
  const bundle = (cwd: string) => {
    mkdirSync(join(cwd, 'b'))
    writeFileSync(join(cwd, 'b/k3s'), Buffer.alloc(BIG))
    writeFileSync(join(cwd, 'b/helm'), 'helm')
    writeFileSync(join(cwd, 'b/jupyterhub-4.4.0.tgz'), CHART)
  }
  const lock = (cwd: string, cache: string) =>
    cli.run(['bundle', 'lock', 'b', '--k3s', 'v1.34.1+k3s1'], { cwd, env: { XDG_CACHE_HOME: cache } })

  it('is for the caller alone, and one that others could write to is made anew', async () => {
    const cwd = site('cache', {})
    bundle(cwd)
    const cache = join(cwd, 'cache')
    expect((await lock(cwd, cache)).code).toBe(0)
    const folder = join(cache, 'convecthub')
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    const digests = join(folder, 'digests.json')
    const right = readFileSync(digests, 'utf8')
    writeFileSync(digests, right.replace(/":"[0-9a-f]{64}/, `":"${'0'.repeat(64)}`))
    chmodSync(folder, 0o777)
    const { stdout } = await cli.run(['bundle', 'verify', 'b'], { cwd, env: { XDG_CACHE_HOME: cache } })
    expect(stdout).toContain('all as bundle.lock.yaml says')
    expect({ mode: statSync(folder).mode & 0o777, text: readFileSync(digests, 'utf8') }).toEqual({
      mode: 0o700,
      text: right,
    })
  })

  it.each(['/proc/x', '/dev/null', '/dev/null/x'])(
    'is done without where %s cannot hold it',
    async (cache) => {
      const cwd = site(`no-cache-${cache.replaceAll('/', '-')}`, {})
      bundle(cwd)
      expect(await lock(cwd, cache)).toMatchObject({ code: 0, stderr: expect.not.stringContaining('error') })
    },
  )

  it('is not used where it is a link, or where others can rename it', async () => {
    const cwd = site('cache2', {})
    bundle(cwd)
    const [linked, open] = [join(cwd, 'linked'), join(cwd, 'open')]
    for (const folder of [linked, open, join(cwd, 'elsewhere')]) mkdirSync(folder)
    symlinkSync(join(cwd, 'elsewhere'), join(linked, 'convecthub'))
    chmodSync(open, 0o777)
    for (const cache of [linked, open]) expect((await lock(cwd, cache)).code).toBe(0)
    expect(existsSync(join(cwd, 'elsewhere/digests.json'))).toBe(false)
    expect(existsSync(join(open, 'convecthub'))).toBe(false)
  })

  it('holds no code', async () => {
    await cli.run(['ping', '--help'])
    expect(existsSync(join(cli.folder, '.home/.cache/convecthub/compiled'))).toBe(false)
  })
})

describe('files that go to the machines', () => {
  it('bundle lock follows no link out of the folder', async () => {
    const cwd = site('links', { secret: 'x' })
    mkdirSync(join(cwd, 'b'))
    for (const name of ['k3s', 'helm']) writeFileSync(join(cwd, 'b', name), name)
    writeFileSync(join(cwd, 'b/jupyterhub-4.4.0.tgz'), CHART)
    symlinkSync('k3s', join(cwd, 'b/k3s-arm64'))
    const args = ['bundle', 'lock', 'b', '--k3s', 'v1.34.1+k3s1']
    expect((await cli.run(args, { cwd })).code).toBe(0)
    symlinkSync('../secret', join(cwd, 'b/more.tar'))
    const { code, stderr } = await cli.run(args, { cwd })
    expect({ code, stderr }).toEqual({
      code: 4,
      stderr: expect.stringContaining('is a link out of the folder'),
    })
  })

  it.runIf(asRoot)(
    "jhub_config_path is a file beside the inventory, or one of the caller's own",
    async () => {
      const cwd = site('values', { 'inv.toml': `${INVENTORY}jhub_config_path=link.yaml\n` })
      const theirs = join(cli.folder, 'theirs.yaml')
      writeFileSync(theirs, 'hub: {}\n')
      chownSync(theirs, NOBODY, NOBODY)
      symlinkSync(theirs, join(cwd, 'link.yaml'))
      const plan = () => cli.run(['plan', '-i', 'inv.toml'], { cwd })
      expect((await plan()).stderr).toContain(
        'belongs to another user and is outside the folder of the inventory',
      )
      chownSync(theirs, 0, 0)
      expect((await plan()).stderr).toContain('there is no bundle')
    },
  )
})
