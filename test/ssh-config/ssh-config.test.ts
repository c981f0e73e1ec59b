// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are ssh's own variables
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { loadSshConfig, type SshConfigPlaces } from '../../src/ssh-config/load-ssh-config.ts'
import type { LocalSide } from '../../src/ssh-config/local-side.ts'
import { sshConfigOptions } from '../../src/ssh-config/ssh-config.ts'
import type { SshOptions } from '../../src/ssh-config/ssh-options.ts'

const folder = mkdtempSync(join(tmpdir(), 'convecthub-ssh-config-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** A machine with these files: relative names are in ~/.ssh, absolute ones below a new root. */
function machine(files: Readonly<Record<string, string>>) {
  const root = mkdtempSync(join(folder, 'm-'))
  const home = join(root, 'home')
  mkdirSync(join(home, '.ssh'), { recursive: true })
  for (const [name, text] of Object.entries(files)) {
    const path = name.startsWith('/') ? join(root, name) : join(home, '.ssh', name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text, { mode: 0o600 })
  }
  const uid = process.getuid?.() ?? 0
  const env = { RIG: 'rig7', SOCK: '/run/agent' }
  const local: LocalSide = { user: 'ann', uid, home, hostName: 'desk.example.org', env }
  const load = (places: SshConfigPlaces = {}) =>
    loadSshConfig(local, { system: join(root, 'etc/ssh_config'), ...places })
  return { root, home, local, load }
}

function options(files: Readonly<Record<string, string>> | string, host = 'web1', given: SshOptions = {}) {
  const { local, load, home } = machine(typeof files === 'string' ? { config: files } : files)
  const found = sshConfigOptions(load(), { host, given, local })
  return JSON.parse(JSON.stringify(found).replaceAll(home, '/home/ann')) as SshOptions
}

function problem(run: () => unknown): string {
  try {
    return `taken as ${JSON.stringify(run())}`
  } catch (error) {
    if (!(error instanceof ConvecthubError)) throw error
    const { file = '', line } = error.details.origin ?? {}
    expect(error.exit).toBe(line === undefined && file === '' ? 'inventory' : 'input')
    return `${error.code} ${file.replace(/^.*\//, '')}:${line ?? ''} ${error.message}`
  }
}

describe('reads lines like ssh', () => {
  it.each<[string, SshOptions]>([
    ['', {}],
    ['# Port 1\n\n   # Port 2\n', {}],
    ['Port 7', { port: 7 }],
    ['\t port=7 \r\n', { port: 7 }],
    ['PORT = 7 # seven', { port: 7 }],
    ['User "ann smith"', { user: 'ann smith' }],
    ["User 'ann smith'", { user: 'ann smith' }],
    ['User ann\\ smith', { user: 'ann smith' }],
    ['User a#b', { user: 'a#b' }],
    ['Port 7\nPort 8', { port: 7 }],
    ['ProxyCommand = nc -X "5" %h %p # so', { proxyCommand: 'nc -X "5" %h %p # so' }],
    ['ProxyCommand none\nProxyJump a', { proxyCommand: 'none' }],
    ['ProxyJump none\nProxyCommand nc', { proxyCommand: 'nc' }],
    ['ProxyJump none\nProxyJump a', { proxyJump: [] }],
    ['ProxyJump ann@a,ssh://b:23 # two\nProxyCommand nc', { proxyJump: ['ann@a', 'ssh://b:23'] }],
    [
      'PasswordAuthentication no',
      { preferredAuthentications: ['gssapi-with-mic', 'hostbased', 'publickey', 'keyboard-interactive'] },
    ],
    [
      'PreferredAuthentications password,publickey\nPasswordAuthentication no',
      { preferredAuthentications: ['publickey'] },
    ],
    ['StrictHostKeyChecking ask', { hostKeyChecking: 'yes' }],
    ['HostKeyAlias Web', { hostKeyAlias: 'web' }],
  ])('%j', (text, expected) => expect(options(text)).toEqual(expected))
})

describe('applies the blocks that match the host', () => {
  it.each<[string, string, SshOptions]>([
    ['Host web*\nPort 7', 'web1', { port: 7 }],
    ['Host web?\nPort 7', 'web10', {}],
    ['Host db web1\nPort 7', 'web1', { port: 7 }],
    ['Host web* !web1\nPort 7', 'web1', {}],
    ['Host !web1 web*\nPort 7', 'web1', {}],
    ['Host !db\nPort 7', 'web1', {}],
    ['Host !db *\nPort 7', 'web1', { port: 7 }],
    ['Host "web1" # this one\nPort 7', 'web1', { port: 7 }],
    ['Host web1\nPort 7', 'WEB1', {}],
    ['Host web1\n  Port 7\nHost *\n  Port 8\n  User bob', 'web1', { port: 7, user: 'bob' }],
    ['Match all\nPort 7', 'web1', { port: 7 }],
    ['Match !all\nPort 7', 'web1', {}],
    ['Match host WEB*\nPort 7', 'Web1', { port: 7 }],
    ['HostName %h.lan\nMatch host web1.lan\nPort 7', 'web1', { hostName: 'web1.lan', port: 7 }],
    ['HostName %h.lan\nMatch originalhost web1\nPort 7', 'web1', { hostName: 'web1.lan', port: 7 }],
    ['Match host=web1 user=ann\nPort 7', 'web1', { port: 7 }],
    ['User bob\nMatch user ann\nPort 7', 'web1', { user: 'bob' }],
    ['Match localuser a*,!ann\nPort 7', 'web1', {}],
    ['Match localuser a*,!bob\nPort 7', 'web1', { port: 7 }],
    ['Match !host db host web*\nPort 7', 'web1', { port: 7 }],
    ['Match final host web1\nPort 7\nMatch all\nPort 8', 'web1', { port: 8 }],
    ['Match final\nPort 7\nUser bob', 'web1', { port: 7, user: 'bob' }],
    ['Match canonical\nPort 7', 'web1', {}],
    ['Match canonical\nPort 7\nMatch final\nUser bob', 'web1', { port: 7, user: 'bob' }],
    // The second evaluation uses the host name that the first one found, and cannot change it.
    ['Host web1\nHostName DB\nHost db\nPort 7\nMatch final\nHostName x', 'web1', { hostName: 'db', port: 7 }],
  ])('%j for %s', (text, host, expected) => expect(options(text, host)).toEqual(expected))
})

describe('expands tokens, ~ and variables', () => {
  it.each<[string, SshOptions]>([
    [
      'IdentityFile ~/k\nIdentityFile ${RIG}/%h_%n\nIdentityFile ~/k',
      { keyFiles: ['/home/ann/k', 'rig7/web1_web1'] },
    ],
    ['IdentityFile "/my files/k"', { keyFiles: ['/my files/k'] }],
    ['IdentityFile none', { keyFiles: [] }],
    [
      'HostName w.lan\nUser bob\nPort 7\nIdentityFile %d/%h-%n-%p-%r-%u-%L-%l-%k-%%',
      {
        hostName: 'w.lan',
        user: 'bob',
        port: 7,
        keyFiles: ['/home/ann/w.lan-web1-7-bob-ann-desk-desk.example.org-web1-%'],
      },
    ],
    [
      'HostKeyAlias w\nUserKnownHostsFile ~/.ssh/kh.d/%k /x',
      { hostKeyAlias: 'w', knownHostsFiles: ['/home/ann/.ssh/kh.d/w', '/x'] },
    ],
    ['ProxyJump a@b.lan:3\nIdentityFile %j', { proxyJump: ['a@b.lan:3'], keyFiles: ['b.lan'] }],
    ['ProxyJump [::1]:\nIdentityFile %j', { proxyJump: ['[::1]:'], keyFiles: ['::1'] }],
    ['GlobalKnownHostsFile ~/%h', { globalKnownHostsFiles: ['/home/ann/%h'] }],
    ['IdentityAgent none', { identityAgent: 'none' }],
    ['IdentityAgent SSH_AUTH_SOCK', { identityAgent: 'SSH_AUTH_SOCK' }],
    ['IdentityAgent $SOCK', { identityAgent: '/run/agent' }],
    ['IdentityAgent ${SOCK}.%u', { identityAgent: '/run/agent.ann' }],
    ['IdentityAgent $NOTHING', { identityAgent: 'none' }],
    ['User %u-${RIG}', { user: 'ann-rig7' }],
    ['HostName 2001:DB8:0::1', { hostName: '2001:db8::1' }],
  ])('%j', (text, expected) => expect(options(text)).toEqual(expected))

  it('expands %C to the hash of local host, remote host, port, user and jump host', () => {
    // printf %s desk.example.orgweb122ann | sha1sum
    expect(options('IdentityFile %C')).toEqual({ keyFiles: ['d89291e2ab0fe6626e6e2f379d035bf422963da5'] })
  })
})

it('lets options of the command line win over the files, and evaluates Match with them', () => {
  const text = 'Match user bob\nPort 7\nMatch all\nUser eve\nIdentityFile /b\nProxyCommand nc'
  const given = { user: 'bob', keyFiles: ['~/a'], proxyJump: ['gate'], settled: ['addressfamily'] }
  expect(options(`${text}\nAddressFamily inet`, 'web1', given)).toEqual({
    user: 'bob',
    port: 7,
    keyFiles: ['/home/ann/a', '/b'],
    proxyJump: ['gate'],
  })
  expect(options('', 'web1', { user: '%u' })).toEqual({ user: '%u' })
})

describe('reads files', () => {
  it.each<[string, Record<string, string>, SshOptions]>([
    ['without any file', {}, {}],
    [
      'the user’s file before the system’s',
      { config: 'Port 7', '/etc/ssh_config': 'Port 8\nUser bob' },
      { port: 7, user: 'bob' },
    ],
    [
      'ending a block at the end of its file',
      { config: 'Host db', '/etc/ssh_config': 'Port 8' },
      { port: 8 },
    ],
    ['included relative to ~/.ssh', { config: 'Include more/one', 'more/one': 'Port 7' }, { port: 7 }],
    [
      'included relative to the system’s file',
      { '/etc/ssh_config': 'Include d/*.conf', '/etc/d/a.conf': 'Port 7' },
      { port: 7 },
    ],
    [
      'included by ~, variables and tokens',
      { config: 'Include ~/.ssh/${RIG} %d/.ssh/%u', rig7: 'Port 7', ann: 'User bob' },
      { port: 7, user: 'bob' },
    ],
    [
      'included by a pattern, in alphabetical order',
      { config: 'Include d/*', 'd/b': 'Port 8\nUser bob', 'd/a': 'Port 7', 'd/.c': 'Port 6' },
      { port: 7, user: 'bob' },
    ],
    [
      'included by sets of characters',
      { config: 'Include [!a]?[1-2]', ba1: 'Port 7', aa1: 'Port 8', ba3: 'Port 9' },
      { port: 7 },
    ],
    ['when an Include matches no file', { config: 'Include nothing d/*\nPort 7' }, { port: 7 }],
    [
      'included only in a block that matches',
      { config: 'Host db\nInclude one\nHost *\nUser bob', one: 'Port 7' },
      { user: 'bob' },
    ],
    [
      'ending a block at the end of the included file',
      { config: 'Include one\nUser bob', one: 'Host db\nPort 7' },
      { user: 'bob' },
    ],
    [
      'included with blocks of their own',
      { config: 'Host web1\nInclude one', one: 'Host db\nPort 7\nHost web1\nPort 8' },
      { port: 8 },
    ],
  ])('%s', (_, files, expected) => expect(options(files)).toEqual(expected))

  it('reads only the file of -F, and no file for -F none', () => {
    const { root, load, local } = machine({ config: 'Port 7', '/etc/ssh_config': 'User bob', '/x': 'Port 8' })
    const found = (configFile: string) => sshConfigOptions(load({ configFile }), { host: 'web1', local })
    expect(found(join(root, 'x'))).toEqual({ port: 8 })
    expect(found('none')).toEqual({})
    expect(problem(() => found(join(root, 'missing')))).toBe(
      'SSH_CONFIG missing: the ssh configuration cannot be read: no such file',
    )
  })

  it('refuses, like ssh, a file that others may write to', () => {
    const { home, load } = machine({ config: 'Port 7' })
    chmodSync(join(home, '.ssh/config'), 0o666)
    expect(problem(load)).toBe('SSH_CONFIG config: the ssh configuration can be written by others')
  })

  it('treats an included folder as an empty file', () => {
    expect(options({ config: 'Include d*\nPort 7', 'd/x': 'Port 8' })).toEqual({ port: 7 })
  })
})

describe('reports with its line what ssh refuses for every host', () => {
  it.each<[Record<string, string>, RegExp]>([
    [{ config: 'Host db\nPort' }, /^SSH_CONFIG config:2 Port has no value/],
    [{ config: 'User "bob' }, /^SSH_CONFIG config:1 a quote/],
    [{ config: '\nInclude one', one: '\n\nUser' }, /^SSH_CONFIG one:3 User/],
    [{ config: 'Include config' }, /^SSH_CONFIG config:1 .* 16 times/],
    [{ '/etc/ssh_config': 'Include ~/x' }, /^SSH_CONFIG ssh_config:1 Include/],
  ])('%j', (files, expected) => expect(problem(() => options(files))).toMatch(expected))
})

describe('reports with its line what ssh refuses or convecthub does not support, only for hosts it applies to', () => {
  it.each<[string, RegExp]>([
    ['Port abc', /^SSH_CONFIG config:1 .*Port abc/],
    ['Port 7 8', /^SSH_CONFIG config:1/],
    ['User ""', /^SSH_CONFIG config:1/],
    ['ProxyJump a,,b', /^SSH_CONFIG config:1/],
    ['ConnectTimeout soon', /^SSH_CONFIG config:1/],
    ['Match', /^SSH_CONFIG config:1/],
    ['Match # all', /^SSH_CONFIG config:1/],
    ['Match host', /^SSH_CONFIG config:1/],
    ['Match host a user b all', /^SSH_CONFIG config:1/],
    ['Match all host a', /^SSH_CONFIG config:1/],
    ['\nIdentityFile %x', /^SSH_CONFIG config:2 .*%x/],
    ['HostName %p', /^SSH_CONFIG config:1 .*%p/],
    ['IdentityFile ${NOTHING}', /^SSH_CONFIG config:1 .*NOTHING/],
    ['IdentityFile ${RIG', /^SSH_CONFIG config:1/],
    ['IdentityFile ~bob/k', /^SSH_CONFIG config:1 .*bob/],
    ['Match exec "true"', /^SSH_CONFIG_OPTION config:1 .*Match exec/],
    ['Match host web* exec true', /^SSH_CONFIG_OPTION config:1 .*Match exec/],
    ['Match final exec true', /^SSH_CONFIG_OPTION config:1 .*Match exec/],
    ['Match tagged x', /^SSH_CONFIG_OPTION config:1 .*Match tagged/],
    ['Match localnetwork 10.0.0.0/8', /^SSH_CONFIG_OPTION config:1/],
    ['Match address 10.0.0.0/8', /^SSH_CONFIG_OPTION config:1/],
    ['Include %h.conf', /^SSH_CONFIG_OPTION config:1 .*%h/],
    ['Include ${NOTHING}', /^SSH_CONFIG_OPTION config:1 .*NOTHING/],
    ['CertificateFile ~/c', /^SSH_CONFIG_OPTION config:1 .*CertificateFile ~\/c/],
    ['PKCS11Provider /x.so', /^SSH_CONFIG_OPTION config:1/],
    ['SecurityKeyProvider /x.so', /^SSH_CONFIG_OPTION config:1/],
    ['CanonicalizeHostname yes', /^SSH_CONFIG_OPTION config:1/],
    ['ProxyUseFdpass yes', /^SSH_CONFIG_OPTION config:1/],
    ['BindAddress 10.0.0.1', /^SSH_CONFIG_OPTION config:1/],
    ['BindInterface eth0', /^SSH_CONFIG_OPTION config:1/],
    ['AddressFamily inet6', /^SSH_CONFIG_OPTION config:1/],
    ['HostbasedAuthentication yes', /^SSH_CONFIG_OPTION config:1/],
    ['RevokedHostKeys /r', /^SSH_CONFIG_OPTION config:1/],
    ['KnownHostsCommand /c', /^SSH_CONFIG_OPTION config:1/],
    ['VerifyHostKeyDNS yes', /^SSH_CONFIG_OPTION config:1/],
    ['RemoteCommand tmux', /^SSH_CONFIG_OPTION config:1/],
    ['RefuseConnection no', /^SSH_CONFIG_OPTION config:1/],
    ['NewKeyword x', /^SSH_CONFIG_OPTION config:1 .*NewKeyword/],
    ['NewKeyword x\nIgnoreUnknown New*', /^SSH_CONFIG_OPTION config:1/],
    ['IgnoreUnknown *\nBindAddress x', /^SSH_CONFIG_OPTION config:2/],
  ])('%j', (text, expected) => {
    expect(problem(() => options(text))).toMatch(expected)
    // In a block of another host it is not an error.
    expect(
      options(`Host db\n${text.replaceAll(/^Match.*/gm, 'Match host db exec x')}\nMatch all\nPort 7`),
    ).toEqual({ port: 7 })
  })

  it('reports a wrong option from the inventory', () => {
    expect(problem(() => options('', 'web1', { keyFiles: ['%x'] }))).toMatch(/^SSH_OPTION : .*%x/)
  })

  it('names -F none in the hint', () => {
    try {
      expect.unreachable(JSON.stringify(options('BindAddress x')))
    } catch (error) {
      expect(error).toMatchObject({ exit: 'input', details: { host: 'web1' } })
      expect((error as ConvecthubError).details.hint).toContain('-F none')
    }
  })
})

it.each([
  'AddressFamily any',
  'CanonicalizeHostname no\nMatch all\nCanonicalizeHostname yes',
  'ProxyUseFdpass no',
  'HostbasedAuthentication no',
  'CanonicalizePermittedCNAMEs none',
  'PKCS11Provider none',
  'VerifyHostKeyDNS no',
  'SessionType default',
  'UseKeychain yes\nAddKeysToAgent yes',
  'IgnoreUnknown Foo,New*\nNewKeyword x\nfoo y',
  'ControlMaster auto\nControlPath ~/.ssh/%C\nControlPersist 10m',
  'LocalForward 8080 localhost:80\nRemoteForward 9 localhost:9\nDynamicForward 1080',
  'ForwardAgent yes\nForwardX11 yes\nForwardX11Trusted yes',
  'Match host db exec "touch /tmp/never"',
  // the default file of Debian and Ubuntu
  'Include /nowhere/ssh_config.d/*.conf\n\nHost *\n#   ForwardAgent no\n    SendEnv LANG LC_*\n    HashKnownHosts yes\n    GSSAPIAuthentication yes',
  // the default file of macOS
  'Host *\n    SendEnv LANG LC_*',
])('ignores %j', (text) => expect(options(text)).toEqual({}))

it('reads Fedora’s files with its crypto policy', () => {
  const files = {
    '/etc/ssh_config': 'Include ssh_config.d/*.conf',
    '/etc/ssh_config.d/50-redhat.conf':
      'Match final all\n\tInclude crypto.config\n\tGSSAPIAuthentication yes\n\tForwardX11Trusted yes\n\tSendEnv LANG LC_CTYPE',
    '/etc/crypto.config':
      'Ciphers aes256-gcm@openssh.com\nMACs hmac-sha2-256\nGSSAPIKexAlgorithms gss-curve25519-sha256-\nKexAlgorithms curve25519-sha256\nHostKeyAlgorithms ssh-ed25519\nPubkeyAcceptedAlgorithms ssh-ed25519\nHostbasedAcceptedAlgorithms ssh-ed25519\nCASignatureAlgorithms ssh-ed25519\nRequiredRSASize 2048',
    config: 'Ciphers aes128-ctr',
  }
  expect(options(files)).toEqual({
    ciphers: 'aes128-ctr',
    macs: 'hmac-sha2-256',
    kexAlgorithms: 'curve25519-sha256',
    hostKeyAlgorithms: 'ssh-ed25519',
    caSignatureAlgorithms: 'ssh-ed25519',
  })
})

it('evaluates 50 blocks for 500 hosts within seconds', { timeout: 5000 }, () => {
  const blocks = Array.from(
    { length: 50 },
    (_, n) => `Host h${n}* !h${n}9\n  Port ${n + 1}\n  IdentityFile ~/k${n}\n  User u${n}`,
  )
  const { load, local } = machine({ config: `${blocks.join('\n')}\nMatch final\nProxyJump gate\n` })
  const config = load()
  for (let n = 0; n < 500; n++)
    expect(sshConfigOptions(config, { host: `h${n}`, local }).proxyJump).toEqual(['gate'])
})
