import { createRequire } from 'node:module'
import { expect, it } from 'vitest'
import type { ConvecthubError } from '../../src/errors.ts'
import { algorithms, hostKeyOrder } from '../../src/transport/algorithms.ts'

const ALL = '*'
const offered = {
  cipher: algorithms({ Ciphers: '+none' }).cipher,
  kex: algorithms({ KexAlgorithms: '+none' }).kex,
  hmac: algorithms({ MACs: '+none' }).hmac,
  serverHostKey: hostKeyOrder({}, []),
}

it('all that is offered is known to ssh2', () => {
  const known = createRequire(import.meta.url)('ssh2/lib/protocol/constants.js')
  expect(known.SUPPORTED_CIPHER).toEqual(expect.arrayContaining([...(offered.cipher ?? [])]))
  expect(known.SUPPORTED_KEX).toEqual(expect.arrayContaining([...(offered.kex ?? [])]))
  expect(known.SUPPORTED_MAC).toEqual(expect.arrayContaining([...(offered.hmac ?? [])]))
  expect(known.SUPPORTED_SERVER_HOST_KEY).toEqual(expect.arrayContaining([...offered.serverHostKey]))
})

it.each([
  ['aes256-ctr,unheard-of,aes128-ctr', ['aes256-ctr', 'aes128-ctr']],
  ['-*-ctr', ['aes128-gcm@openssh.com', 'aes256-gcm@openssh.com']],
  ['-aes???-gcm@openssh.com,aes128-ctr', ['aes192-ctr', 'aes256-ctr']],
  ['^aes256-ctr', ['aes256-ctr', ...(offered.cipher ?? []).filter((name) => name !== 'aes256-ctr')]],
  ['+aes256-cbc', [...(offered.cipher ?? []), 'aes256-cbc']],
])('Ciphers %s', (list, names) => {
  expect(algorithms({ Ciphers: list })).toEqual({ cipher: names })
})

it('a list of which nothing is known is an error that names it', () => {
  let error: ConvecthubError | undefined
  try {
    algorithms({ MACs: 'umac-64@openssh.com' })
  } catch (thrown) {
    error = thrown as ConvecthubError
  }
  expect(error).toMatchObject({ code: 'SSH_OPTION', exit: 'input' })
  expect(error?.message).toContain('MACs umac-64@openssh.com')
  expect(() => algorithms({ Ciphers: `-${ALL}` })).toThrow()
})

it('host keys on file come first, unless the user has an order', () => {
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
