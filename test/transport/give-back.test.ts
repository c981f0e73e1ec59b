import { cachedDataVersionTag } from 'node:v8'
import { expect, test } from 'vitest'
import { giveBack } from '../../src/transport/give-back.ts'

test('takes the memory, and V8 still knows what it compiled before', () => {
  const before = cachedDataVersionTag()
  const bytes = new Uint8Array(100)
  giveBack(bytes.buffer)
  expect(bytes).toHaveLength(0)
  // by its flags it tells code that it may take from a cache
  expect(cachedDataVersionTag()).toBe(before)
})
