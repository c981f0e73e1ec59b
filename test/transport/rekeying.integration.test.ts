import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { it as base } from './helpers/fixtures.ts'

// a hardened sshd renews the session keys after some time or bytes
const it = base.extend('sshdSettings', { scope: 'file' }, () => ['RekeyLimit 1M'])

it('does not apply the login deadline while session keys are renewed', async ({ sshd }) => {
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

it('sends blocks of any size intact while session keys are renewed', async ({ sshd }) => {
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
