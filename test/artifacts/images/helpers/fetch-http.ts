import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import type { Http } from '../../../../src/artifacts/sources/http.ts'
import { ConvecthubError } from '../../../../src/errors.ts'

/** A small Http over fetch: without proxies, retries and resume. */
export const fetchHttp: Http = {
  async get(url, { headers = {}, expects = [] } = {}) {
    const answer = await fetch(url, { headers })
    const { status, ok } = answer
    if (!ok && !expects.includes(status)) throw new ConvecthubError('SOURCE', `${url}: status ${status}`)
    return {
      status,
      headers: Object.fromEntries(answer.headers),
      body: Buffer.from(await answer.arrayBuffer()),
    }
  },
  async download(url, path, expected, { headers = {}, onBytes } = {}) {
    const { body } = await fetchHttp.get(url, { headers })
    const sha256 = createHash('sha256').update(body).digest('hex')
    if (sha256 !== expected.sha256 || body.length !== expected.size)
      throw new ConvecthubError('SOURCE', `${url}: not what it should be`)
    writeFileSync(path, body)
    onBytes?.(body.length)
    return { size: body.length, sha256 }
  },
}
