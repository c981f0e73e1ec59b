import { homedir } from 'node:os'
import { expect, it } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { allKnownHostsFiles, mergeSshOptions, type SshOptions } from '../../src/ssh-config/ssh-options.ts'
import { sshOptions } from '../../src/ssh-config/ssh-words.ts'
import { expandHome } from '../../src/transport/target.ts'

it.each<[string[], SshOptions]>([
  [[], {}],
  [['-p', '2222'], { port: 2222 }],
  [['-p2222'], { port: 2222 }],
  [['-l', 'bob'], { user: 'bob' }],
  [['-i', '~/.ssh/k'], { keyFiles: ['~/.ssh/k'] }],
  [['-C', '-q', '-vvv', '-p', '7'], { port: 7 }],
  [['-o', 'Port=2222'], { port: 2222 }],
  [['-oPort=2222'], { port: 2222 }],
  [['-o', 'port 2222'], { port: 2222 }],
  [['-o', ' Port = 2222 '], { port: 2222 }],
  [['-o', 'User=bob'], { user: 'bob' }],
  [['-o', 'IdentityFile=/k'], { keyFiles: ['/k'] }],
  [['-o', 'ConnectTimeout=7'], { connectTimeoutMs: 7000 }],
  [['-o', 'StrictHostKeyChecking=no'], { hostKeyChecking: 'no' }],
  [['-o', 'StrictHostKeyChecking=off'], { hostKeyChecking: 'no' }],
  [['-o', 'stricthostkeychecking=No'], { hostKeyChecking: 'no' }],
  [['-o', 'StrictHostKeyChecking=accept-new'], { hostKeyChecking: 'accept-new' }],
  [['-o', 'StrictHostKeyChecking=yes'], { hostKeyChecking: 'yes' }],
  [['-o', 'StrictHostKeyChecking=ask'], { hostKeyChecking: 'yes' }],
  [['-o', 'UserKnownHostsFile=/dev/null'], { knownHostsFiles: ['/dev/null'] }],
  [['-o', 'UserKnownHostsFile=/a ~/b'], { knownHostsFiles: ['/a', '~/b'] }],
  [['-o', 'UserKnownHostsFile="/my files/a" /b'], { knownHostsFiles: ['/my files/a', '/b'] }],
  [['-o', 'IdentityFile="/my files/k"'], { keyFiles: ['/my files/k'] }],
  // the first of several values wins
  [['-o', 'Port=1', '-o', 'Port=2'], { port: 1 }],
  [['-o', 'ControlMaster=auto', '-o', 'ControlPersist=60s', '-oBatchMode=yes', '-o', 'ForwardAgent=yes'], {}],
  // flags can be combined, and the last one can have a value
  [['-Cqp', '7', '-tt', '-A', '-a', '-x', '-X', '-T', '-Y'], { port: 7 }],
  [['-Cp7'], { port: 7 }],
  [['-i', '/my files/k'], { keyFiles: ['/my files/k'] }],
  [['-i', '/a', '-o', 'IdentityFile=/b', '-i', '/a'], { keyFiles: ['/a', '/b'] }],
  [['-o', 'IdentityFile=none'], { keyFiles: [] }],
  [['-F', '/dev/null'], { configFile: '/dev/null' }],
  [['-Fnone'], { configFile: 'none' }],
  [['-J', 'bastion'], { proxyJump: ['bastion'] }],
  [['-J', 'ann@a:22,ssh://b:23,[::1]:24'], { proxyJump: ['ann@a:22', 'ssh://b:23', '[::1]:24'] }],
  [['-o', 'ProxyJump=none'], { proxyJump: [] }],
  [['-oProxyCommand=nc "%h" %p # all'], { proxyCommand: 'nc "%h" %p # all' }],
  [['-o', 'ProxyCommand=NONE'], { proxyCommand: 'none' }],
  [['-oProxyJump=none', '-oProxyCommand=nc'], { proxyJump: [], proxyCommand: 'nc' }],
  // of ProxyJump and ProxyCommand the first wins
  [['-J', 'a', '-o', 'ProxyCommand=nc %h %p'], { proxyJump: ['a'] }],
  [['-o', 'ProxyCommand=none', '-J', 'a'], { proxyCommand: 'none' }],
  [['-o', 'HostName=10.0.0.1'], { hostName: '10.0.0.1' }],
  [['-o', 'HostKeyAlias=x'], { hostKeyAlias: 'x' }],
  [['-o', 'IdentitiesOnly=yes'], { identitiesOnly: true }],
  [['-o', 'IdentityAgent=/a'], { identityAgent: '/a' }],
  [['-o', 'GlobalKnownHostsFile=/a /b'], { globalKnownHostsFiles: ['/a', '/b'] }],
  [['-o', 'UserKnownHostsFile=none'], { knownHostsFiles: [] }],
  [['-o', 'ConnectTimeout=1h30m'], { connectTimeoutMs: 5_400_000 }],
  [['-o', 'ConnectTimeout=none', '-o', 'ConnectTimeout=3'], { connectTimeoutMs: 3000 }],
  [['-o', 'ServerAliveInterval=5'], { serverAliveIntervalMs: 5000 }],
  [['-o', 'ServerAliveCountMax=2'], { serverAliveCountMax: 2 }],
  [
    ['-o', 'PreferredAuthentications=publickey,password'],
    { preferredAuthentications: ['publickey', 'password'] },
  ],
  [['-o', 'PasswordAuthentication=no'], { passwordAuthentication: false }],
  [['-o', 'ChallengeResponseAuthentication=no'], { kbdInteractiveAuthentication: false }],
  [['-o', 'PubkeyAuthentication=unbound'], { pubkeyAuthentication: true }],
  [['-o', 'Ciphers=+aes128-cbc'], { ciphers: '+aes128-cbc' }],
  [['-o', 'KexAlgorithms=^a,b'], { kexAlgorithms: '^a,b' }],
  [['-o', 'MACs=-a'], { macs: '-a' }],
  [['-o', 'HostKeyAlgorithms=+ssh-rsa'], { hostKeyAlgorithms: '+ssh-rsa' }],
  [['-o', 'PubkeyAcceptedKeyTypes=+ssh-rsa'], {}],
  // unsupported keywords can be set to their default, which then wins over later values
  [['-o', 'AddressFamily=any', '-o', 'AddressFamily=inet'], { settled: ['addressfamily'] }],
  [['-o', 'IgnoreUnknown=Foo*', '-o', 'FooBar=1'], { ignoreUnknown: ['foo*'] }],
])('reads %j', (words, options) => {
  expect(sshOptions('h1', words)).toEqual(options)
})

it.each<[string[], string]>([
  [['-4'], '-4'],
  [['-C6'], '-C6'],
  [['-b', '10.0.0.1'], '-b'],
  [['-o', 'BindAddress=10.0.0.1'], 'BindAddress=10.0.0.1'],
  [['-o', 'AddressFamily=inet'], 'AddressFamily=inet'],
  [['-o', 'CertificateFile=/c'], 'CertificateFile=/c'],
  [['-o', 'ProxyUseFdpass=yes'], 'ProxyUseFdpass=yes'],
  [['-o', 'RemoteCommand=tmux'], 'RemoteCommand=tmux'],
  [['-o', 'Host=x'], 'Host=x'],
  [['-o', 'Include=/x'], 'Include=/x'],
  [['-o', 'Foo=1'], 'Foo=1'],
  [['-o', 'constructor=1'], 'constructor=1'],
  [['bastion'], 'bastion'],
  [['--'], '--'],
  [['-'], '-'],
  [['-o'], '-o'],
  [['-J'], '-J'],
  [['-F'], '-F'],
  // values that ssh itself refuses
  [['-p', 'abc'], 'abc'],
  [['-p', '70000'], '70000'],
  [['-p'], '-p'],
  [['-i'], '-i'],
  [['-o', 'Port=abc'], 'abc'],
  [['-o', 'ConnectTimeout=soon'], 'soon'],
  [['-o', 'StrictHostKeyChecking=maybe'], 'maybe'],
  [['-o', 'StrictHostKeyChecking=constructor'], 'constructor'],
  [['-o', 'IdentitiesOnly=perhaps'], 'perhaps'],
  [['-o', 'UserKnownHostsFile=none /a'], 'none /a'],
  [['-o', 'User="bob'], '"bob'],
  [['-J', 'a,,b'], 'a,,b'],
  [['-J', 'a:99999'], 'a:99999'],
  [['-J', '@a'], '@a'],
])('refuses %j and names the option and the host', (words, named) => {
  try {
    const options = sshOptions('h1', words)
    expect.unreachable(`taken as ${JSON.stringify(options)}`)
  } catch (error) {
    expect(error).toBeInstanceOf(ConvecthubError)
    expect(error).toMatchObject({ code: 'SSH_OPTION', exit: 'inventory', details: { host: 'h1' } })
    expect((error as ConvecthubError).message).toContain(named)
    expect((error as ConvecthubError).details.hint).toContain('ansible_ssh_common_args')
  }
})

it('merges options so that the first value wins, and keeps all key files', () => {
  const first = { port: 1, keyFiles: ['/a'], proxyJump: ['gate'] }
  const then = { port: 2, user: 'ann', keyFiles: ['/b', '/a'], proxyCommand: 'nc %h %p' }
  expect(mergeSshOptions(first, then)).toEqual({
    port: 1,
    user: 'ann',
    keyFiles: ['/a', '/b'],
    proxyJump: ['gate'],
  })
})

it('lists the known_hosts files of the user before those of the machine', () => {
  expect(allKnownHostsFiles({ knownHostsFiles: ['/a'] })).toEqual([
    '/a',
    '/etc/ssh/ssh_known_hosts',
    '/etc/ssh/ssh_known_hosts2',
  ])
  expect(allKnownHostsFiles({ knownHostsFiles: [], globalKnownHostsFiles: [] })).toEqual([])
})

it.each([
  ['~', homedir()],
  ['~/.ssh/k', `${homedir()}/.ssh/k`],
  ['/a/~/b', '/a/~/b'],
  ['a', 'a'],
])('expands %s to %s', (path, expanded) => {
  expect(expandHome(path)).toBe(expanded)
})
