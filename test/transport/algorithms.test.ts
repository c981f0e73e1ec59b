import { createRequire } from 'node:module'
import { expect, it, vi } from 'vitest'
import type { ConvecthubError } from '../../src/errors.ts'
import { type AlgorithmKeyword, algorithms, hostKeyOrder, possible } from '../../src/transport/algorithms.ts'

const ALL = '*'
const offered = {
  cipher: algorithms({ Ciphers: '+none' }).cipher,
  kex: algorithms({ KexAlgorithms: '+none' }).kex,
  hmac: algorithms({ MACs: '+none' }).hmac,
  serverHostKey: hostKeyOrder({}, []),
}

it('offers only algorithms that ssh2 supports', () => {
  const known = createRequire(import.meta.url)('ssh2/lib/protocol/constants.js')
  expect(known.SUPPORTED_CIPHER).toEqual(expect.arrayContaining([...(offered.cipher ?? [])]))
  expect(known.SUPPORTED_KEX).toEqual(expect.arrayContaining([...(offered.kex ?? [])]))
  expect(known.SUPPORTED_MAC).toEqual(expect.arrayContaining([...(offered.hmac ?? [])]))
  expect(known.SUPPORTED_SERVER_HOST_KEY).toEqual(expect.arrayContaining([...offered.serverHostKey]))
})

it.each([
  ['aes256-ctr,unheard-of,aes128-ctr', ['aes256-ctr', 'aes128-ctr']],
  ['-*-ctr', ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com', 'chacha20-poly1305@openssh.com']],
  ['chacha20-poly1305@openssh.com', ['chacha20-poly1305@openssh.com']],
  ['aes*-ctr', ['aes128-ctr', 'aes192-ctr', 'aes256-ctr']],
  ['^chacha20*', ['chacha20-poly1305@openssh.com', ...(offered.cipher ?? []).slice(0, -1)]],
  ['+*-cbc', [...(offered.cipher ?? []), 'aes256-cbc', 'aes192-cbc', 'aes128-cbc', '3des-cbc']],
  ['-aes???-gcm@openssh.com,aes128-ctr', ['aes192-ctr', 'aes256-ctr', 'chacha20-poly1305@openssh.com']],
  ['^aes256-ctr', ['aes256-ctr', ...(offered.cipher ?? []).filter((name) => name !== 'aes256-ctr')]],
  ['+aes256-cbc', [...(offered.cipher ?? []), 'aes256-cbc']],
])('Ciphers %s', (list, names) => {
  expect(algorithms({ Ciphers: list })).toEqual({ cipher: names })
})

it('lets users ask for everything in ssh2 but unsafe algorithms and names that are not in SSH', () => {
  const known = createRequire(import.meta.url)('ssh2/lib/protocol/constants.js')
  const left = (keyword: AlgorithmKeyword, all: readonly string[]) =>
    all.filter((name) => !possible(keyword).includes(name))
  expect(left('Ciphers', known.SUPPORTED_CIPHER)).toEqual(['aes128-gcm', 'aes256-gcm'])
  expect(left('MACs', known.SUPPORTED_MAC)).toEqual([])
  expect(left('HostKeyAlgorithms', known.SUPPORTED_SERVER_HOST_KEY)).toEqual([])
  expect(left('KexAlgorithms', known.SUPPORTED_KEX)).toEqual([
    'diffie-hellman-group-exchange-sha256',
    'diffie-hellman-group-exchange-sha1',
  ])
  expect(() => algorithms({ KexAlgorithms: 'diffie-hellman-group-exchange-*' })).toThrow('knows none')
})

it('rejects a list without any known algorithm, and names it', () => {
  let error: ConvecthubError | undefined
  try {
    algorithms({ MACs: 'umac-64@openssh.com' })
  } catch (thrown) {
    error = thrown as ConvecthubError
  }
  expect(error).toMatchObject({ code: 'SSH_CONFIG_OPTION', exit: 'input' })
  expect(error?.message).toContain('MACs umac-64@openssh.com')
  expect(() => algorithms({ Ciphers: `-${ALL}` })).toThrow()
})

it('asks for known host keys first, unless the user sets an order', () => {
  expect(hostKeyOrder({}, ['ssh-rsa']).slice(0, 3)).toEqual(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'])
  expect(hostKeyOrder({}, ['ecdsa-sha2-nistp521'])[0]).toBe('ecdsa-sha2-nistp521')
  const order = (list: string) =>
    hostKeyOrder(algorithms({ HostKeyAlgorithms: list }), [
      'ecdsa-sha2-nistp256-cert-v01@openssh.com',
      'ecdsa-sha2-nistp521',
    ])
  for (const list of ['+ssh-rsa', '-ssh-rsa'])
    expect(order(list).slice(0, 2)).toEqual([
      'ecdsa-sha2-nistp256-cert-v01@openssh.com',
      'ecdsa-sha2-nistp521',
    ])
  expect(order('ssh-rsa,ecdsa-sha2-nistp521')).toEqual(['ssh-rsa', 'ecdsa-sha2-nistp521'])
  expect(order('^ssh-rsa')[0]).toBe('ssh-rsa')
})

it('does not offer algorithms that this node does not support', async () => {
  const { SUPPORTED } = await import('../../src/transport/ssh2-internals.ts')
  const without = (kind: keyof typeof SUPPORTED, name: string) =>
    SUPPORTED[kind].filter((other) => other !== name)
  // as with a FIPS build of OpenSSL
  vi.doMock('../../src/transport/ssh2-internals.ts', () => ({
    SUPPORTED: {
      ...SUPPORTED,
      cipher: without('cipher', 'chacha20-poly1305@openssh.com'),
      serverHostKey: without('serverHostKey', 'ssh-ed25519'),
    },
  }))
  vi.resetModules()
  const { offer, possible } = await import('../../src/transport/algorithms.ts')
  const { cipher, serverHostKey } = offer({}, ['ssh-ed25519'])
  expect(cipher).toContain('aes256-gcm@openssh.com')
  expect(cipher).not.toContain('chacha20-poly1305@openssh.com')
  expect(serverHostKey).toContain('rsa-sha2-512')
  expect(serverHostKey).not.toContain('ssh-ed25519')
  expect(possible('Ciphers')).not.toContain('chacha20-poly1305@openssh.com')
})
