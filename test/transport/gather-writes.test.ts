import { Duplex } from 'node:stream'
import { expect, it } from 'vitest'
import { gatherWrites } from '../../src/transport/gather-writes.ts'

/** A stream that notes what left together. */
function noting() {
  const left: string[] = []
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      left.push(String(chunk))
      done()
    },
    writev(chunks, done) {
      left.push(chunks.map(({ chunk }) => String(chunk)).join('+'))
      done()
    },
  })
  return { left, stream: gatherWrites(stream) }
}

it('what is written in one turn leaves together, in its order, and the next turn by itself', async () => {
  const { left, stream } = noting()
  stream.write('a')
  stream.write('b')
  await Promise.resolve()
  stream.write('c')
  expect(left).toEqual([])
  await new Promise(setImmediate)
  expect(left).toEqual(['a+b+c'])
  stream.write('d')
  await new Promise(setImmediate)
  expect(left).toEqual(['a+b+c', 'd'])
})

it('what was written before an end leaves before it', async () => {
  const { left, stream } = noting()
  stream.write('a')
  stream.end('b')
  await new Promise((resolve) => stream.on('finish', resolve))
  expect(left.join('+')).toBe('a+b')
})

it('each write is told when it left', async () => {
  const { left, stream } = noting()
  await Promise.all(['a', 'b'].map((text) => new Promise((resolve) => stream.write(text, resolve))))
  expect(left).toEqual(['a+b'])
})
