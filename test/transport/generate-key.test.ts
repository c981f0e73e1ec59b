import { expect, it } from 'vitest'
import { generateKey } from '../../src/transport/generate-key.ts'

it('never makes a key that lacks a byte', () => {
  for (let count = 0; count < 1000; count++) {
    const [type, blob = '', comment] = generateKey('test').public.split(' ')
    expect([type, Buffer.from(blob, 'base64').length, comment]).toEqual(['ssh-ed25519', 51, 'test'])
  }
})
