import { readFileSync } from 'node:fs'
import { createConnection, createServer, type Socket } from 'node:net'

/** `up` is from client to server. */
export type Route = 'up' | 'down'

/** What goes wrong in one direction of one connection; bytes count from 0. */
export interface Fault {
  /** Delay of each chunk, ms. */
  delayMs?: number
  /** Passes on one byte per this many ms. */
  lorisMs?: number
  /** Ends both directions before this byte. */
  cutAt?: number
  /** Default: `rst`. `fin` lets earlier bytes arrive. */
  how?: 'rst' | 'fin'
  /** Silently drops everything in this direction from this byte on. */
  holeAt?: number
}

export type Faults = Partial<Record<Route, Fault>>

/** A TCP proxy on 127.0.0.1 in front of a local server that simulates a bad network. */
export interface FaultProxy {
  port: number
  /** Connections made to the proxy so far. */
  connections(): number
  /** Connections that some process has open to the proxy now. */
  open(): number
  /** Bytes passed on in total. */
  bytes(way: Route): number
  /** Sets the faults of later connections; `count` is the connection's number, from 1. */
  plan(faults: (count: number) => Faults): void
  /** Ends all current connections. */
  cut(how?: 'rst' | 'fin'): void
  /** Ends one direction of all current connections; the other goes on. */
  halfClose(way: Route): void
  /** Silently drops everything on all current connections. */
  hole(): void
  stop(): void
}

interface Link {
  client: Socket
  server: Socket
  holed: boolean
}

export async function faultProxy(to: number): Promise<FaultProxy> {
  const links = new Set<Link>()
  const passed = { up: 0, down: 0 }
  let count = 0
  let faults: (count: number) => Faults = () => ({})

  const end = (link: Link, how: 'rst' | 'fin' = 'rst') => {
    links.delete(link)
    for (const socket of [link.client, link.server]) {
      if (how === 'fin') socket.end()
      else socket.resetAndDestroy()
    }
  }
  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = createConnection({ port: to, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const link: Link = { client, server, holed: false }
    links.add(link)
    const { up = {}, down = {} } = faults(++count)
    pump(link, 'up', up)
    pump(link, 'down', down)
    for (const socket of [client, server]) {
      // when one side closes, close the other too, unless the connection is to look alive
      socket.on('error', () => {}).on('close', () => link.holed || end(link))
    }
  })

  function pump(link: Link, way: Route, fault: Fault): void {
    const [from, into] = way === 'up' ? [link.client, link.server] : [link.server, link.client]
    const limit = Math.min(fault.cutAt ?? Number.POSITIVE_INFINITY, fault.holeAt ?? Number.POSITIVE_INFINITY)
    let seen = 0
    let due: Promise<void> = Promise.resolve()
    const write = (chunk: Buffer) => {
      if (link.holed || into.destroyed || into.writableEnded) return
      passed[way] += chunk.length
      if (into.write(chunk)) return
      from.pause()
      into.once('drain', () => link.holed || from.resume())
    }
    const send = (chunk: Buffer) => {
      if (fault.delayMs !== undefined) setTimeout(write, fault.delayMs, chunk)
      else if (fault.lorisMs !== undefined) due = due.then(() => drip(link, chunk, fault.lorisMs ?? 0, write))
      else write(chunk)
    }
    from.on('data', (chunk) => {
      const rest = limit - seen
      seen += chunk.length
      if (rest > 0) send(chunk.subarray(0, Math.min(chunk.length, rest)))
      if (seen < limit) return
      if (limit === fault.cutAt) end(link, fault.how)
      else from.pause()
    })
    from.on('end', () => link.holed || into.end())
  }

  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as { port: number }
  return {
    port,
    connections: () => count,
    open: () => openTo(port),
    bytes: (way) => passed[way],
    plan(wanted) {
      faults = wanted
    },
    cut(how) {
      for (const link of links) end(link, how)
    },
    halfClose(way) {
      for (const { client, server } of links) (way === 'up' ? server : client).end()
    },
    hole() {
      for (const link of links) {
        link.holed = true
        link.client.pause()
        link.server.pause()
      }
    },
    stop() {
      for (const link of [...links]) end(link)
      proxy.close()
    },
  }
}

async function drip(link: Link, chunk: Buffer, ms: number, write: (byte: Buffer) => void): Promise<void> {
  for (let at = 0; at < chunk.length && !link.client.destroyed; at++) {
    await new Promise((resolve) => setTimeout(resolve, ms))
    write(chunk.subarray(at, at + 1))
  }
}

/** Number of sockets connected to this port that some process still has open (they have an inode). */
function openTo(port: number): number {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0')
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '', , , , , , , inode]) => remote.endsWith(`:${wanted}`) && inode !== '0').length
}
