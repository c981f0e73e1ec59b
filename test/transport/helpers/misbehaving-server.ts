import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import ssh2, {
  type Algorithms,
  type AuthContext,
  type Connection,
  type ExecInfo,
  type ServerChannel,
} from 'ssh2'
// @ts-expect-error: ssh2 has no typings for its internals
import constants from 'ssh2/lib/protocol/constants.js'
// @ts-expect-error: ssh2 has no typings for its internals
import { sendPacket } from 'ssh2/lib/protocol/utils.js'
import { Secret } from '../../../src/secret.ts'
import type { Target } from '../../../src/transport/target.ts'
import { makeKey } from './keys.ts'
import { testTarget } from './test-target.ts'

/** A server on 127.0.0.1 that does what a real sshd would not. */
export interface BadServer {
  /** Connections made so far. */
  connections(): number
  /** Connections open now. */
  open(): number
  /** Cuts all connections without a disconnect message. */
  vanish(): void
  target(over?: Partial<Target>): Target
  stop(): void
}

/** An exec request: `accept` starts it, `reject` refuses it. Calling neither leaves the client waiting. */
export interface ExecRequest {
  accept(): ServerChannel
  reject(): void
  command: string
  client: Connection
}

/** A TCP server that passes each raw socket to `greet`, with the connection's number from 1. */
export function rawServer(greet: (socket: Socket, count: number) => void): Promise<BadServer> {
  return listen(
    createServer(),
    (socket, count) => greet(socket.resume(), count),
    () => {},
  )
}

/**
 * An SSH server that lets everybody in, unless `auth` decides otherwise, and passes exec requests to `exec`. `cut`: how
 * many connections it closes at once. `before`: runs before a session is accepted; if it fails, the connection ends.
 */
export function sshServer(behave: {
  exec?: (request: ExecRequest) => void
  auth?: (context: AuthContext, client: Connection) => void
  before?: (client: Connection) => Promise<unknown>
  cut?: number
  algorithms?: Algorithms
  /** Shown to everybody who logs in. */
  banner?: string
  /** Called on a request to forward a connection; default: refuse it. */
  forward?: () => void
}): Promise<BadServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cvh-bad-'))
  const key = readFileSync(makeKey(join(folder, 'key')).path)
  const { algorithms, banner } = behave
  const config = { hostKeys: [key], ...(algorithms && { algorithms }), ...(banner && { banner }) }
  const ssh = new ssh2.Server(config, (client) => {
    if (behave.forward) client.on('tcpip', behave.forward)
    client.on('error', () => {})
    const { auth = (context: AuthContext) => context.accept() } = behave
    client.on('authentication', (context) => auth(context, client))
    client.on('session', async (accept) => {
      await behave.before?.(client).catch(() => client.end())
      accept().on('exec', (start, reject, info: ExecInfo) =>
        behave.exec?.({ accept: start, reject, command: info.command, client }),
      )
    })
  })
  const greet = (socket: Socket, count: number) => {
    if (count <= (behave.cut ?? 0)) socket.destroy()
    else ssh.injectSocket(socket)
  }
  return listen(createServer(), greet, () => rmSync(folder, { recursive: true }))
}

type Writer = { allocStart: number; alloc(size: number): Buffer; finalize(packet: Buffer): Buffer }
type Inside = Connection & { _sock: Socket; _protocol: { _packetRW: { write: Writer } } }

/**
 * Announces the host keys after login as sshd does, then waits for data. Nagle's algorithm delays the server's next
 * packet until this one is acknowledged, and a client with nothing to send acknowledges late.
 */
export async function announceKeys(client: Connection): Promise<void> {
  const { _sock: socket } = client as Inside
  globalRequest(client, 'hostkeys-00@openssh.com', { reply: false, more: text('a key') })
  // only 5 s, because a later keepalive of the client would be data too
  await once(socket, 'data', { signal: AbortSignal.timeout(5000) })
}

/** Sends endless requests that want a reply, and reads no reply. */
export function askWithoutEnd(client: Connection): void {
  const { _sock: socket } = client as Inside
  socket.pause()
  const more = () => {
    for (let i = 0; i < 1000; i++) globalRequest(client, 'x', { reply: true, more: [] })
    if (!socket.destroyed) setImmediate(more)
  }
  more()
}

const text = (value: string) => [Buffer.from([0, 0, 0, value.length]), Buffer.from(value)]

function globalRequest(
  client: Connection,
  name: string,
  { reply, more }: { reply: boolean; more: readonly Buffer[] },
): void {
  const { _protocol: protocol } = client as Inside
  const kind = Buffer.from([constants.MESSAGE.GLOBAL_REQUEST])
  const request = Buffer.concat([kind, ...text(name), Buffer.from([reply ? 1 : 0]), ...more])
  const { write } = protocol._packetRW
  const packet = write.alloc(request.length)
  packet.set(request, write.allocStart)
  sendPacket(protocol, write.finalize(packet))
}

/** Makes the client limit its packets to `size` bytes on each channel. */
export async function wantPackets(client: Connection, size: number): Promise<void> {
  type Confirm = (remote: number, local: number, window: number, size: number) => void
  const { _protocol: protocol } = client as unknown as { _protocol: { channelOpenConfirm: Confirm } }
  const confirm = protocol.channelOpenConfirm.bind(protocol)
  protocol.channelOpenConfirm = (remote, local, window) => confirm(remote, local, window, size)
}

/** Runs the requested command on this machine, as a real server does. */
export function runReally({ accept, command, client }: ExecRequest): ServerChannel {
  const channel = accept()
  const child = spawn('/bin/sh', ['-c', command])
  channel.pipe(child.stdin)
  child.stdout.pipe(channel, { end: false })
  child.stderr.pipe(channel.stderr, { end: false })
  child.stdin.on('error', () => {})
  client.on('close', () => child.stdin.destroy())
  child.on('close', (code) => {
    channel.exit(code ?? 1)
    channel.end()
  })
  return channel
}

async function listen(
  server: Server,
  greet: (socket: Socket, count: number) => void,
  clean: () => void,
): Promise<BadServer> {
  let count = 0
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    greet(socket, ++count)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  const vanish = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    connections: () => count,
    open: () => sockets.size,
    vanish,
    target: (over) =>
      testTarget({
        port,
        keyFiles: [],
        password: new Secret('any'),
        knownHostsFiles: [],
        hostKeyChecking: 'no',
        ...over,
      }),
    stop() {
      vanish()
      server.close()
      clean()
    },
  }
}
