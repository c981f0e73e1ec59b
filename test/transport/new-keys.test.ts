import { createHash, KeyObject, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import ssh2, { type Client, type ClientChannel } from 'ssh2'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { nameKeys, reusePackets } from '../../src/transport/ssh2-inside.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'

// a hardened sshd asks for new keys after a while, or so many bytes
let sshd: RealSshd
beforeAll(async () => {
  sshd = await realSshd(['RekeyLimit 1M'])
})
afterAll(() => sshd?.stop())

it('new keys are no new login: its deadline does not end what runs', async () => {
  const host = await connect(sshd.target({ connectTimeoutMs: 300 }))
  try {
    const script = sh`head -c 3000000 /dev/zero | tr '\\0' x
echo
sleep 2
echo still here`
    const { output } = await host.run(script, { name: 'test', timeoutMs: 30_000 })
    expect(output.split('\n').at(-1)).toBe('still here')
  } finally {
    host.close()
  }
})

it('a file arrives as it was, whatever the sizes of its blocks, while keys change', async () => {
  const data = randomBytes(12_345_678)
  const sizes = [1, 4_000_000, 20_000, 65_536, 3_000_001, 32_768, data.length]
  let at = 0
  const blocks = sizes.flatMap((size) => {
    const piece = data.subarray(at, at + size)
    at += piece.length
    return [{ size: piece.length, data: [piece] }]
  })
  const host = await connect(sshd.target())
  try {
    const { output } = await host.feed(
      sh`sha256sum | cut -c 1-64`,
      (async function* () {
        yield* blocks
      })(),
      { name: 'test', timeoutMs: 30_000 },
    )
    expect(output).toBe(createHash('sha256').update(data).digest('hex'))
  } finally {
    host.close()
  }
})

/** What a login by ssh2 itself has inside. */
type Inside = Client & {
  _protocol: {
    _cipher: { allocPacket(length: number): Buffer; _encKey: unknown }
    _decipher: { _decipherKey: unknown }
  }
}

async function login(work: (client: Inside) => Promise<void>): Promise<void> {
  const client = new ssh2.Client() as Inside
  await new Promise((resolve, reject) => {
    client.once('ready', () => resolve(undefined)).once('error', reject)
    client.connect({
      host: '127.0.0.1',
      port: sshd.port,
      username: 'root',
      privateKey: readFileSync(join(sshd.folder, 'user_key')),
      algorithms: { cipher: ['aes128-gcm@openssh.com'] },
    })
  })
  try {
    await work(client)
  } finally {
    client.end()
  }
}

it('large packets of one size are made in the same memory, small ones never', () =>
  login(async (client) => {
    reusePackets(client)
    const { _cipher: cipher } = client._protocol
    const [one, two, other] = [32_768, 32_768, 20_000].map((size) => cipher.allocPacket(size))
    expect(two).toBe(one)
    expect(other?.buffer).not.toBe(one?.buffer)
    expect(cipher.allocPacket(100)).not.toBe(cipher.allocPacket(100))
  }))

it('both keys are what node knows for keys, and are still the same', () =>
  login(async (client) => {
    nameKeys(client)
    expect(client._protocol._cipher._encKey).toBeInstanceOf(KeyObject)
    expect(client._protocol._decipher._decipherKey).toBeInstanceOf(KeyObject)
    const channel = await new Promise<ClientChannel>((resolve, reject) =>
      client.exec('echo still here', (error, stream) => (error ? reject(error) : resolve(stream))),
    )
    expect(String((await once(channel, 'data'))[0])).toBe('still here\n')
  }))
