import { request as ask, createServer } from 'node:http'
import { listening, stopped } from '../artifacts/sources/helpers/http-server.ts'

/** A server in front of another one, to which it hands all requests on. */
export interface Forwarder {
  /** `localhost:5123` */
  host: string
  /** The method and path of each request, as soon as it comes. */
  asked: string[]
  stop(): Promise<void>
}

/** Hands requests on to `127.0.0.1:PORT` as they are, with the Host header that signatures need. */
export async function forwarder(port: number): Promise<Forwarder> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { method, url: path, headers } = request
    asked.push(`${method} ${path}`)
    const onward = ask({ host: '127.0.0.1', port, method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.rawHeaders)
      answer.pipe(response)
    })
    onward.on('error', () => response.destroy())
    request.pipe(onward)
  })
  return { host: `localhost:${await listening(server)}`, asked, stop: () => stopped(server) }
}
