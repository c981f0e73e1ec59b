import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { sh } from '../../src/sh.ts'
import { connect } from '../../src/transport/connect.ts'
import { Shared } from '../../src/transport/shared.ts'
import type { Target } from '../../src/transport/target.ts'
import { type RealSshd, realSshd } from './helpers/real-sshd.ts'
import { failure } from './helpers/wait.ts'

let inner: RealSshd
let gate: RealSshd
let outer: RealSshd
/** Counts the connections to `outer`. */
let counter: Server
let connections = 0

beforeAll(async () => {
  ;[inner, gate, outer] = await Promise.all([realSshd(), realSshd(), realSshd()])
  const { createConnection } = await import('node:net')
  counter = createServer((socket) => {
    connections += 1
    const onward = createConnection(outer.port, '127.0.0.1')
    socket.pipe(onward).pipe(socket)
    for (const end of [socket, onward]) end.on('error', () => end.destroy())
  })
  await new Promise<void>((resolve) => counter.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  counter?.close()
  for (const sshd of [inner, gate, outer]) sshd?.stop()
})

const options = { name: 'test', timeoutMs: 10_000 }

async function ask(target: Target, shared = new Shared()): Promise<string> {
  const host = await connect(target, shared)
  try {
    return (await host.run(sh`echo "$SSH_CONNECTION" | cut -d' ' -f4`, options)).output
  } finally {
    host.close()
  }
}

it('connects through two jump hosts, each with its own key and known_hosts', async () => {
  const first = outer.target()
  const jumps = [first, { ...gate.target(), jumps: [first] }]
  expect(await ask(inner.target({ jumps }))).toBe(String(inner.port))
})

it('shares one connection to a jump host, and closes it with the last host behind it', async () => {
  const { port } = counter.address() as { port: number }
  const jump = { ...outer.target(), port, hostKeyAlias: `[127.0.0.1]:${outer.port}` }
  const shared = new Shared()
  const before = connections
  const target = inner.target({ jumps: [jump] })
  await Promise.all(Array.from({ length: 8 }, () => ask(target, shared)))
  expect(connections - before).toBe(1)
  const open = () => new Promise((done) => counter.getConnections((_error, count) => done(count)))
  await expect.poll(open, { timeout: 5000 }).toBe(0)
  await ask(target, shared)
  expect(connections - before).toBe(2)
})

it('reports what a jump host says when it cannot reach the host', async () => {
  const error = await failure(ask(inner.target({ port: 1, jumps: [gate.target()] })))
  expect(error).toMatchObject({ code: 'UNREACHABLE', exit: 'unreachable' })
  expect(error.message).toBe('127.0.0.1:1 is not reached through jump host 127.0.0.1')
  expect(error.details.evidence).toMatch(/^ssh says: .*Connection refused$/)
})

it('names the jump host in errors about it', async () => {
  const error = await failure(ask(inner.target({ jumps: [gate.target({ knownHostsFiles: [] })] })))
  expect(error).toMatchObject({ code: 'HOST_KEY_UNKNOWN' })
  expect(error.message).toMatch(/^jump host 127\.0\.0\.1: the host key is not known/)
})

it('connects through a ProxyCommand with its tokens replaced', async () => {
  const script = inner.write(
    'way.js',
    "const s = require('net').connect(process.argv[3], process.argv[2]); process.stdin.pipe(s).pipe(process.stdout)",
  )
  const proxyCommand = `${process.execPath} ${script} %h %p # %r 100%%`
  expect(await ask(inner.target({ proxyCommand }))).toBe(String(inner.port))
})

it('reports the last output of a ProxyCommand that fails', async () => {
  const error = await failure(ask(inner.target({ proxyCommand: 'sh -c "echo no way >&2; exit 3"' })))
  expect(error).toMatchObject({ code: expect.stringMatching(/UNREACHABLE|LOGIN_DROPPED/) })
  expect(error.message).toMatch(/^the ProxyCommand to 127\.0\.0\.1:\d+ ended before the login$/)
  expect(error.details.evidence).toContain('no way')
})
