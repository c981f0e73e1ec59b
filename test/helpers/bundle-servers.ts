import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { listening, stopped } from '../artifacts/sources/helpers/http-server.ts'
import type { Offer } from './bundle-offer.ts'

/** A server that stands for GitHub, get.helm.sh, a chart repository and image registries, all at once. */
export interface BundleServers {
  /** For `mirrors` of bundle.yaml. */
  mirrors: Record<string, string>
  /** What was asked: real addresses, with the first byte where only a part was asked for. */
  asked: { url: string; from: number }[]
  /** Bytes of bodies that were sent. */
  sent(): number
  stop(): Promise<void>
}

export interface ServerOptions {
  /** How many bytes of a body are sent at a time, each time with a short pause. */
  chunk?: number
  /** Hears how many bytes were sent in all, after each piece; what follows waits for it. */
  onSent?: (sent: number) => void | Promise<void>
}

/** Starts it with what an offer has at present. Bodies come with ranges, as from servers of static files. */
export async function bundleServers(
  { files, types }: Offer,
  { chunk = 16 * 1024, onSent = () => {} }: ServerOptions = {},
): Promise<BundleServers> {
  const asked: BundleServers['asked'] = []
  let sent = 0
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    const url = realAddress(request.url ?? '')
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
    asked.push({ url, from })
    const body = files.get(url)
    if (!body) return void response.writeHead(404).end()
    if (from > 0 && from >= body.length)
      return void response.writeHead(416, { 'content-range': `bytes */${body.length}` }).end()
    response.writeHead(from > 0 ? 206 : 200, {
      'content-length': body.length - from,
      ...(types.has(url) && { 'content-type': types.get(url) }),
      ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
    })
    for (let at = from; at < body.length && !response.destroyed; at += chunk) {
      const piece = body.subarray(at, at + chunk)
      await new Promise((resolve) => response.write(piece, resolve))
      sent += piece.length
      await onSent(sent)
      if (at + chunk < body.length) await sleep(1)
    }
    response.end()
  }
  const server = createServer((request, response) => void answer(request, response))
  const port = await listening(server)
  const at = `http://localhost:${port}`
  const hosts = new Set([...files.keys()].map((url) => new URL(url).host))
  return {
    mirrors: Object.fromEntries([...hosts].map((host) => [host, `${at}/${host}`])),
    asked,
    sent: () => sent,
    stop: () => stopped(server),
  }
}

/** `/github.com/a` is https://github.com/a; of an image registry, `/v2/quay.io/a` is https://quay.io/v2/a. */
function realAddress(path: string): string {
  const [, registry, host, rest] = /^(\/v2)?\/([^/]+)(\/.*)?$/.exec(path) ?? []
  return `https://${host}${registry ?? ''}${rest ?? ''}`
}
