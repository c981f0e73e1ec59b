import { afterEach, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { type AlgorithmKeyword, algorithms } from '../../src/transport/algorithms.ts'
import { connect } from '../../src/transport/connect.ts'
import { type BadServer, rawServer } from './helpers/misbehaving-server.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { failure } from './helpers/wait.ts'

let sshd: RealSshd | undefined
let server: BadServer | undefined
afterEach(() => {
  sshd?.stop()
  server?.stop()
  sshd = server = undefined
})

type Lists = Partial<Record<AlgorithmKeyword, string>>

const CHACHA = 'Ciphers chacha20-poly1305@openssh.com'

it.each<{ host: string; ours: Lists }>([
  { host: CHACHA, ours: {} },
  { host: CHACHA, ours: { Ciphers: 'chacha20-poly1305@openssh.com' } },
  { host: CHACHA, ours: { Ciphers: '+aes256-cbc' } },
  { host: CHACHA, ours: { Ciphers: '-aes128-ctr' } },
  { host: CHACHA, ours: { Ciphers: 'aes256-gcm@openssh.com,chacha20-poly1305@openssh.com' } },
  { host: 'Ciphers 3des-cbc', ours: { Ciphers: '+3des-cbc' } },
  { host: 'MACs hmac-md5', ours: { Ciphers: 'aes128-ctr', MACs: '+hmac-md5' } },
  { host: 'KexAlgorithms diffie-hellman-group14-sha1', ours: { KexAlgorithms: '+*-group14-sha1' } },
])('connects to a host with $host when we use $ours', async ({ host, ours }) => {
  sshd = await realSshd([host])
  const connection = await connect(sshd.target({ algorithms: algorithms(ours) }))
  expect((await connection.run(sh`echo in`, { name: 'test', timeoutMs: 10_000 })).output).toBe('in')
  connection.close()
})

interface Row {
  host: string[]
  ours: Lists
  names: string
  evidence: string
  hint: RegExp
}

it.each<Row>([
  {
    host: ['KexAlgorithms sntrup761x25519-sha512@openssh.com'],
    ours: { KexAlgorithms: 'curve25519-sha256' },
    names: 'KexAlgorithms',
    evidence:
      'KexAlgorithms of convecthub: curve25519-sha256\nKexAlgorithms of the host: sntrup761x25519-sha512@openssh.com',
    hint: /in sshd_config of the host, such as: KexAlgorithms \+curve25519-sha256$/,
  },
  {
    host: ['Ciphers aes256-cbc,3des-cbc'],
    ours: { Ciphers: 'aes128-ctr,aes256-ctr' },
    names: 'Ciphers',
    evidence: 'Ciphers of convecthub: aes128-ctr, aes256-ctr\nCiphers of the host: aes256-cbc, 3des-cbc',
    hint: /ssh's configuration: Ciphers \+aes256-cbc$/,
  },
  {
    host: ['Ciphers aes128-ctr', 'MACs umac-64@openssh.com', 'HostKeyAlgorithms ssh-ed25519'],
    ours: { MACs: 'hmac-sha2-256', HostKeyAlgorithms: 'rsa-sha2-256' },
    names: 'HostKeyAlgorithms and MACs',
    evidence: [
      'HostKeyAlgorithms of convecthub: rsa-sha2-256\nHostKeyAlgorithms of the host: ssh-ed25519',
      'MACs of convecthub: hmac-sha2-256\nMACs of the host: umac-64@openssh.com',
    ].join('\n'),
    hint: /ssh's configuration: HostKeyAlgorithms \+ssh-ed25519$/,
  },
])('shows both lists of $names for $host and $ours', async ({ host, ours, names, evidence, hint }) => {
  sshd = await realSshd(host)
  const error = await failure(connect(sshd.target({ algorithms: algorithms(ours) })))
  expect(error).toMatchObject({ code: 'NO_COMMON_ALGORITHM', exit: 'unreachable' })
  expect(error.message).toBe(`127.0.0.1:${sshd.port}: no ${names} in common`)
  expect(error.details.evidence).toBe(evidence)
  expect(error.details.hint).toMatch(hint)
})

/** A packet SSH_MSG_KEXINIT with the same names in each list. */
function kexinit(names: string): Buffer {
  const list = Buffer.from(names)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(list.length)
  const lists = Array.from({ length: 10 }, () => [size, list]).flat()
  const payload = Buffer.concat([Buffer.from([20]), Buffer.alloc(16), ...lists, Buffer.alloc(5)])
  const padding = 16 - ((payload.length + 5) % 8)
  const head = Buffer.alloc(5)
  head.writeUInt32BE(payload.length + padding + 1)
  head[4] = padding
  return Buffer.concat([head, payload, Buffer.alloc(padding)])
}

it('sanitizes the names of algorithms that a host sends', async () => {
  server = await rawServer((socket) => {
    socket.write('SSH-2.0-bad\r\n')
    socket.write(kexinit(`a\nCiphers of convecthub: \u001b[31mall,b,${'x'.repeat(2000)}`))
  })
  const error = await failure(connect(server.target()))
  expect(error).toMatchObject({ code: 'NO_COMMON_ALGORITHM' })
  const lines = error.details.evidence?.split('\n') ?? []
  expect(lines).toContain('Ciphers of the host: b')
  expect(lines.filter((line) => line.startsWith('Ciphers of convecthub'))).toHaveLength(1)
  expect(error.details.evidence).not.toContain('\u001b')
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(600)
})
