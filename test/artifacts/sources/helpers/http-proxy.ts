import { request as ask, createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { listening, stopped } from './http-server.ts'

/** A proxy on this machine. */
export interface TestProxy {
  port: number
  /** What it was asked for: `CONNECT localhost:443`, `GET http://localhost/file`. */
  asked: string[]
  stop(): Promise<void>
}

export interface ProxyOptions {
  /** `user:password` that it needs. */
  login?: string
  /** Answers everything with this status code. */
  status?: number
  /** Ends connections without an answer, or keeps them. */
  silent?: 'ends' | 'hangs'
  /** Speaks TLS itself. */
  tls?: { key: string; cert: string }
}

/** Starts a proxy that forwards by CONNECT and by whole addresses. */
export async function httpProxy({ login, status, silent, tls }: ProxyOptions = {}): Promise<TestProxy> {
  const asked: string[] = []
  const open = new Set<Socket>()
  const refusal = (authorization: string | undefined) => {
    const isKnown = login === undefined || authorization === `Basic ${Buffer.from(login).toString('base64')}`
    return isKnown ? status : 407
  }
  const forward = (incoming: IncomingMessage, response: ServerResponse) => {
    asked.push(`${incoming.method} ${incoming.url}`)
    if (silent) return void (silent === 'ends' && incoming.socket.destroy())
    const { 'proxy-authorization': authorization, ...headers } = incoming.headers
    const refused = refusal(authorization)
    if (refused) return void response.writeHead(refused).end()
    ask(incoming.url ?? '', { headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    }).end()
  }
  const server = tls ? createTlsServer(tls, forward) : createServer(forward)
  server.on('connect', (incoming, socket: Socket) => {
    open.add(socket)
    asked.push(`CONNECT ${incoming.url}`)
    if (silent) return void (silent === 'ends' && socket.destroy())
    const refused = refusal(incoming.headers['proxy-authorization'])
    if (refused) return void socket.end(`HTTP/1.1 ${refused} No\r\n\r\n`)
    const [host = '', port] = incoming.url?.split(':') ?? []
    const onwards = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Yes\r\n\r\n')
      onwards.pipe(socket).pipe(onwards)
    })
    for (const each of [socket, onwards]) {
      open.add(each)
      each.on('error', () => {})
    }
  })
  const port = await listening(server)
  return {
    port,
    asked,
    async stop() {
      for (const socket of open) socket.destroy()
      await stopped(server)
    },
  }
}
