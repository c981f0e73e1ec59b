import { homedir } from 'node:os'
import { expect, it } from 'vitest'
import { ConvecthubError } from '../../src/errors.ts'
import { expandHome, type SshOptions, sshOptions } from '../../src/transport/target.ts'

it.each<[string[], SshOptions]>([
  [[], {}],
  [['-p', '2222'], { port: 2222 }],
  [['-p2222'], { port: 2222 }],
  [['-l', 'bob'], { user: 'bob' }],
  [['-i', '~/.ssh/k'], { keyFile: '~/.ssh/k' }],
  [['-C', '-q', '-vvv', '-p', '7'], { port: 7 }],
  [['-o', 'Port=2222'], { port: 2222 }],
  [['-oPort=2222'], { port: 2222 }],
  [['-o', 'port 2222'], { port: 2222 }],
  [['-o', ' Port = 2222 '], { port: 2222 }],
  [['-o', 'User=bob'], { user: 'bob' }],
  [['-o', 'IdentityFile=/k'], { keyFile: '/k' }],
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
  [['-o', 'IdentityFile="/my files/k"'], { keyFile: '/my files/k' }],
  // ssh takes the first of several values
  [['-o', 'Port=1', '-o', 'Port=2'], { port: 1 }],
  [
    [
      '-o',
      'ControlMaster=auto',
      '-o',
      'ControlPersist=60s',
      '-oBatchMode=yes',
      '-o',
      'ServerAliveInterval=5',
    ],
    {},
  ],
])('%j is understood', (words, options) => {
  expect(sshOptions('h1', words)).toEqual(options)
})

it.each<[string[], string]>([
  [['-o', 'ProxyJump=bastion'], 'ProxyJump=bastion'],
  [['-oProxyCommand=nc %h %p'], 'ProxyCommand=nc %h %p'],
  [['-o', 'IdentityAgent=/a'], 'IdentityAgent=/a'],
  [['-o', 'HostKeyAlias=x'], 'HostKeyAlias=x'],
  [['-J', 'bastion'], '-J'],
  [['-F', '/dev/null'], '-F'],
  [['-4'], '-4'],
  [['-tt'], '-tt'],
  [['bastion'], 'bastion'],
  [['--'], '--'],
  [['-o'], '-o'],
  // values that ssh itself refuses
  [['-p', 'abc'], 'abc'],
  [['-p', '70000'], '70000'],
  [['-p'], '-p'],
  [['-i'], '-i'],
  [['-o', 'Port=abc'], 'abc'],
  [['-o', 'ConnectTimeout=soon'], 'soon'],
  [['-o', 'StrictHostKeyChecking=maybe'], 'maybe'],
])('%j is refused by name, with the host', (words, named) => {
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

it.each([
  ['~', homedir()],
  ['~/.ssh/k', `${homedir()}/.ssh/k`],
  ['/a/~/b', '/a/~/b'],
  ['a', 'a'],
])('%s is the path %s', (path, expanded) => {
  expect(expandHome(path)).toBe(expanded)
})
