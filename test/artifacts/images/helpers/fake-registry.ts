import { writeFileSync } from 'node:fs'
import type { Answer, Http } from '../../../../src/artifacts/sources/http.ts'
import { digest } from '../../../../src/digest.ts'
import { ConvecthubError } from '../../../../src/errors.ts'
import type { MadeImage } from './made-image.ts'

/** A request that a registry got: its address, and the Authorization header. */
export interface Request {
  url: string
  authorization: string | undefined
}

export type Reply = { status?: number; headers?: Record<string, string>; body?: string | Buffer }

/**
 * Registries in memory. `answers` are addresses and what is said there; a function is asked each time. All else is not
 * there.
 */
export function fakeRegistry(answers: Readonly<Record<string, Reply | ((request: Request) => Reply)>>) {
  const requests: Request[] = []
  const answer = (url: string, headers: Readonly<Record<string, string>> = {}): Answer => {
    const request = { url, authorization: headers.authorization }
    requests.push(request)
    const found = answers[url] ?? { status: 404, body: '{"errors":[{"code":"MANIFEST_UNKNOWN"}]}' }
    const {
      status = 200,
      headers: own = {},
      body = '',
    } = typeof found === 'function' ? found(request) : found
    return { status, headers: own, body: Buffer.from(body) }
  }
  const http: Http = {
    async get(url, { headers, expects = [] } = {}) {
      const answered = answer(url, headers)
      if (answered.status < 300 || expects.includes(answered.status)) return answered
      throw new ConvecthubError('SOURCE', `${url}: status ${answered.status}`)
    },
    async download(url, path, expected, { headers, onBytes } = {}) {
      const { status, body } = answer(url, headers)
      const sha256 = digest(body)
      if (status !== 200 || sha256 !== expected.sha256)
        throw new ConvecthubError('SOURCE', `${url}: status ${status}`)
      writeFileSync(path, body)
      onBytes?.(body.length)
      return { size: body.length, sha256 }
    },
  }
  return { http, requests }
}

/** What a registry answers for an image below `address`, such as https://quay.io/v2/a/b, with a tag. */
export function served(address: string, image: MadeImage, tag = 'v1'): Record<string, Reply> {
  const manifest = { headers: { 'content-type': image.mediaType }, body: image.bytes }
  return {
    [`${address}/manifests/${tag}`]: manifest,
    ...Object.fromEntries(
      [...image.blobs].flatMap(([digest, body]) => [
        [`${address}/manifests/${digest}`, { body }],
        [`${address}/blobs/${digest}`, { body }],
      ]),
    ),
  }
}
