import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { afterEach, expect, it } from 'vitest'
import { gatherWrites } from '../../src/transport/gather-writes.ts'

const open: { close(): void }[] = []
afterEach(() => {
  for (const each of open.splice(0)) each.close()
})

/** Both ends of a TCP connection; the far one reads nothing by itself. */
async function sockets() {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const near = createConnection((server.address() as { port: number }).port, '127.0.0.1')
  const [[far]] = (await Promise.all([once(server, 'connection'), once(near, 'connect')])) as [
    Socket[],
    unknown,
  ]
  if (!far) throw new Error('nobody came')
  open.push(server, { close: () => near.destroy() }, { close: () => far.destroy() })
  return { near: gatherWrites(near), far }
}

async function received(far: Socket, size: number): Promise<Buffer> {
  const pieces: Buffer[] = []
  let got = 0
  for await (const piece of far) {
    pieces.push(piece)
    got += piece.length
    if (got >= size) break
  }
  return Buffer.concat(pieces)
}

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

it('all arrives as it was at a far end that does not read for long', async () => {
  const { near, far } = await sockets()
  const letters = [...'abcdefghijklmnopqrstuvwxyz']
  for (const letter of letters) near.write(Buffer.alloc(1_000_000, letter))
  await new Promise(setImmediate)
  for (const letter of letters) near.write(Buffer.alloc(1_000_000, letter))
  const got = await received(far, 52_000_000)
  const all = [...letters, ...letters].map((letter) => letter.repeat(1_000_000)).join('')
  expect(got.toString() === all).toBe(true)
})
