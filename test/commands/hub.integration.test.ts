import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { hubAddress, hubLines } from '../../src/commands/hub-lines.ts'
import type { FleetInput } from '../../src/fleet/read-fleet.ts'
import { makeBundle } from '../../src/lab/make-bundle.ts'
import { Shared } from '../../src/transport/shared.ts'
import { testCluster } from '../helpers/test-cluster.ts'
import { type RealSshd, realSshd } from '../transport/helpers/real-sshd.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

const PASSWORD = 'k7mzq2n9rstuvwxyzabc2345'

let cli: BuiltCli
let sshd: RealSshd
/** The folder jupyterhub in the driver's /var/lib/convecthub. */
let state: string

beforeAll(async () => {
  cli = builtCli()
  const enter = cli.write(
    'enter',
    `mount -t tmpfs none /etc && mkdir -p /etc/rancher/k3s && : >/etc/rancher/k3s/k3s.yaml && mount -t tmpfs none /var/lib && mkdir /var/lib/convecthub && mount --bind ${join(cli.folder, 'state')} /var/lib/convecthub && exec sh -c "$SSH_ORIGINAL_COMMAND"\n`,
  )
  sshd = await realSshd([`ForceCommand exec unshare -m sh ${enter}`])
  state = join(cli.folder, 'state/jupyterhub')
  await makeBundle(join(cli.folder, 'shared/bin'), undefined, () => undefined)
})
afterAll(() => {
  sshd?.stop()
  cli?.remove()
})
beforeEach(() => {
  rmSync(state, { recursive: true, force: true })
  rmSync(join(state, '../bin'), { recursive: true, force: true })
  mkdirSync(state, { recursive: true })
  rmSync(join(cli.folder, 'hub.yaml'), { force: true })
})

/** A port without a server, for verbs that must never change this machine. */
const NOBODY = 9

/** Writes an inventory of one driver, with `vars` as settings of the cluster. */
function inventory(vars = '', port = sshd.port): void {
  const { keyFiles, knownHostsFiles } = sshd.target()
  cli.write(
    'inv.toml',
    `[driver]
d1 ansible_host=127.0.0.1 ansible_port=${port} ansible_user=root ansible_ssh_private_key_file=${keyFiles[0]}
[all:vars]
convect_token=a-long-secret
ansible_ssh_common_args=-F none -o UserKnownHostsFile=${knownHostsFiles[0]}
${vars}
`,
  )
}

const keep = (password: string) =>
  writeFileSync(
    join(state, 'password.yaml'),
    `hub:\n  config:\n    DummyAuthenticator:\n      password: '${password}'\n`,
    { mode: 0o600 },
  )

const VALUES = (name: string, more = '') =>
  `hub:\n  config:\n    JupyterHub:\n      authenticator_class: ${name}\n${more}`

/** A fake helm. Its release has another password than the driver's file. */
const RELEASE = `case $1 in list) echo convecthub ;; *) cat <<'END'
{"hub":{"config":{"DummyAuthenticator":{"allow_all":true,"password":"of \\"our\\" own"}}}}
END
esac`

describe('hub password', () => {
  test('prints the password and nothing else', async () => {
    inventory()
    keep(PASSWORD)
    const before = readFileSync(join(state, 'password.yaml'), 'utf8')
    const result = await cli.run(['hub', 'password', '-i', 'inv.toml'])
    expect(result).toEqual({ code: 0, stdout: `${PASSWORD}\n`, stderr: '' })
    expect(readFileSync(join(state, 'password.yaml'), 'utf8')).toBe(before)
    expect(existsSync(join(state, '../owned'))).toBe(false)
  })

  test.each([
    { what: 'of the release when it differs from the file', helm: RELEASE, is: 'of "our" own' },
    { what: 'in the file when helm fails', helm: 'exit 1', is: PASSWORD },
    { what: 'in the file when there is no release', helm: ':', is: PASSWORD },
  ])('prints the password $what', async ({ helm, is }) => {
    inventory()
    keep(PASSWORD)
    mkdirSync(join(state, '../bin'))
    writeFileSync(join(state, '../bin/helm'), `#!/bin/sh\n${helm}\n`, { mode: 0o755 })
    const result = await cli.run(['hub', 'password', '-i', 'inv.toml'])
    expect(result).toEqual({ code: 0, stdout: `${is}\n`, stderr: '' })
  })

  test('says how to create a password when there is none', async () => {
    inventory()
    const { code, stdout, stderr } = await cli.run(['hub', 'password', '-i', 'inv.toml'])
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(stderr).toMatch(/NO_PASSWORD[\s\S]*convecthub provision/)
  })

  test('refuses and names the JupyterHub values when they configure the login', async () => {
    cli.write('hub.yaml', VALUES('ldap'))
    inventory('jhub_config_path=hub.yaml')
    keep(PASSWORD)
    const { code, stdout, stderr } = await cli.run(['hub', 'password', '-i', 'inv.toml'])
    expect({ code, stdout }).toEqual({ code: 8, stdout: '' })
    expect(stderr).toContain(join(cli.folder, 'hub.yaml'))
  })

  test('removes escape sequences from the output of a driver', async () => {
    inventory()
    writeFileSync(
      join(state, 'password.yaml'),
      'hub: {config: {DummyAuthenticator: {password: "a\\e[2Jb"}}}\n',
    )
    const { stdout } = await cli.run(['hub', 'password', '-i', 'inv.toml'])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain it
    expect(stdout).not.toMatch(/\u001b/)
    expect(stdout).toMatch(/^a.*b\n$/)
  })
})

const OPEN = '      open_signup: true\n'
describe.each(['plan', 'provision'])('%s with an open hub', (verb) => {
  test.each([
    { what: 'dummy', values: VALUES('dummy'), line: 4, message: 'dummy without a password lets anybody in' },
    {
      what: 'open sign-up',
      values: VALUES('native', `    NativeAuthenticator:\n${OPEN}`),
      line: 6,
      message: 'open_signup lets anybody make an account',
    },
  ])('refuses $what by file and line before it contacts a host', async ({ values, line, message }) => {
    const file = cli.write('hub.yaml', values)
    inventory('jhub_config_path=hub.yaml', NOBODY)
    const { code, stdout, stderr } = await cli.run([verb, '-i', 'inv.toml'])
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' })
    expect(stderr).toContain(`${file}:${line}`)
    expect(stderr).toContain(message)
    expect(stderr).toContain('[OPEN_HUB]')
    expect(stderr).toContain('--insecure-hub')
  })

  test('only warns with --insecure-hub', async () => {
    const file = cli.write('hub.yaml', VALUES('dummy'))
    inventory('jhub_config_path=hub.yaml', NOBODY)
    const { code, stderr } = await cli.run([verb, '-i', 'inv.toml', '--insecure-hub'])
    expect(code).toBe(5)
    expect(stderr).toMatch(new RegExp(`^warning ${file}:4:\\d+: dummy without a password lets anybody in`))
  })

  test('accepts allow_all with an identity provider', async () => {
    cli.write('hub.yaml', VALUES('ldap', '    Authenticator:\n      allow_all: true\n'))
    inventory('jhub_config_path=hub.yaml', NOBODY)
    const { code, stderr } = await cli.run([verb, '-i', 'inv.toml'])
    expect(code).toBe(5)
    expect(stderr).not.toMatch(/OPEN_HUB|warning/)
  })

  test('warns of admins with the shared password', async () => {
    inventory('hub_admins=ada', NOBODY)
    const { stderr } = await cli.run([verb, '-i', 'inv.toml'])
    expect(stderr).toMatch(
      /^warning .*inv\.toml:6:1: whoever knows the hub's one password can log in as ada.*\[SHARED_ADMIN\]$/m,
    )
  })
})

describe('the last lines of provision', () => {
  const printed = (hub: Partial<Parameters<typeof hubLines>[2]>) => {
    const fleet: Pick<FleetInput, 'cluster' | 'targets' | 'shared'> = {
      cluster: testCluster({ httpPort: 8080 }),
      targets: new Map([['d1', sshd.target()]]),
      shared: new Shared(async () => undefined),
    }
    const login = { inventory: ['inv.toml'], askPass: true, timeout: 5 }
    const run = {
      limit: 'd1',
      forks: 3,
      bundle: '/usb',
      ignorePreflight: ['cpu'],
      upgrade: true,
      insecureHub: true,
    }
    const options = { color: true, ...login, ...run }
    return hubLines(fleet, options, { standIn: false, ownDoor: false, showPassword: false, ...hub })
  }
  const HUB = 'ConvectHub: http://10.0.0.1:8080/'

  test.each([
    {
      what: 'name the command that shows the password',
      hub: {},
      lines: [HUB, 'To see the password: convecthub hub password -i inv.toml -k -T 5'],
    },
    {
      what: 'show the password in the run that created it',
      hub: { showPassword: true },
      lines: [
        HUB,
        `Password, the same for everyone: ${PASSWORD}`,
        'To see it again: convecthub hub password -i inv.toml -k -T 5',
      ],
    },
    { what: 'omit the password when the values configure the login', hub: { ownDoor: true }, lines: [HUB] },
  ])('$what', async ({ hub, lines }) => {
    keep(PASSWORD)
    expect(await printed(hub)).toEqual(lines)
  })

  test.each([
    { address: 'hub.lan', httpPort: 80, is: 'http://hub.lan/' },
    { address: 'fd00::5', httpPort: 80, is: 'http://[fd00::5]/' },
    { address: 'fd00::5', httpPort: 8080, is: 'http://[fd00::5]:8080/' },
  ])('show $is for $address and port $httpPort', ({ address, httpPort, is }) => {
    const cluster = testCluster({ httpPort })
    expect(hubAddress({ ...cluster, lead: { ...cluster.lead, address } })).toBe(is)
  })

  test('name the command when the password cannot be read', async () => {
    expect(await printed({ showPassword: true })).toEqual([
      HUB,
      'To see the password: convecthub hub password -i inv.toml -k -T 5',
    ])
  })
})
