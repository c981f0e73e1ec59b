import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export type Answerer = (request: IncomingMessage, response: ServerResponse, count: number) => void

/** A server on this machine, and what it was asked. */
export interface TestServer {
  /** Without a slash at the end. */
  url: string
  port: number
  requests: { path: string; headers: IncomingMessage['headers'] }[]
  stop(): Promise<void>
}

/** Starts a server whose answers `answer` gives; `count` is 1 for the first request. With `tls`, by https. */
export async function httpServer(answer: Answerer, tls?: { key: string; cert: string }): Promise<TestServer> {
  const requests: TestServer['requests'] = []
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    requests.push({ path: request.url ?? '', headers: request.headers })
    answer(request, response, requests.length)
  }
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  const port = await listening(server)
  return {
    url: `${tls ? 'https' : 'http'}://localhost:${port}`,
    port,
    requests,
    stop: () => stopped(server),
  }
}

/** Listens on a free port of this machine, and returns it. */
export async function listening(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return (server.address() as AddressInfo).port
}

export async function stopped(server: Server): Promise<void> {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
}

/** An answerer that serves these bytes, with ranges and an ETag, as servers of static files do. */
export function serving(content: Buffer, etag = '"v1"'): Answerer {
  return ({ headers }, response) => {
    const [, first] = /^bytes=(\d+)-$/.exec(headers.range ?? '') ?? []
    const isSame = headers['if-range'] === undefined || headers['if-range'] === etag
    const from = first !== undefined && isSame ? Number(first) : 0
    const rest = content.subarray(from)
    if (from > 0 && rest.length === 0) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end()
      return
    }
    response.writeHead(from > 0 ? 206 : 200, {
      etag,
      'content-length': rest.length,
      ...(from > 0 && { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }),
    })
    response.end(rest)
  }
}

/** Sends the headers of a whole file but only its first bytes, then breaks the connection off. */
export function cut(response: ServerResponse, content: Buffer, after: number, headers = {}): void {
  response.writeHead(200, { 'content-length': content.length, ...headers })
  response.write(content.subarray(0, after), () => response.destroy())
}
