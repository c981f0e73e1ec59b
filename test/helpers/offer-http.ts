import { writeFileSync } from 'node:fs'
import type { Answer, Http } from '../../src/artifacts/sources/http.ts'
import { digest } from '../../src/digest.ts'
import { ConvecthubError } from '../../src/errors.ts'
import type { Offer } from './bundle-offer.ts'

/** Servers in memory with what an offer has. `onFetch` hears of each request before it is answered. */
export function offerHttp({ files, types }: Offer, onFetch: (url: string) => void = () => {}) {
  const asked: string[] = []
  const answer = (url: string): Answer => {
    asked.push(url)
    onFetch(url)
    const body = files.get(url)
    const type = types.get(url)
    return {
      status: body ? 200 : 404,
      headers: { ...(type && { 'content-type': type }) },
      body: body ?? Buffer.alloc(0),
    }
  }
  const http: Http = {
    async get(url, { expects = [] } = {}) {
      const answered = answer(url)
      if (answered.status === 200 || expects.includes(answered.status)) return answered
      throw new ConvecthubError('DOWNLOAD_REFUSED', `cannot fetch ${url}: 404`)
    },
    async download(url, path, { sha256 }, { onBytes } = {}) {
      const { status, body } = answer(url)
      if (status !== 200) throw new ConvecthubError('DOWNLOAD_REFUSED', `cannot fetch ${url}: 404`)
      if (sha256 !== undefined && digest(body) !== sha256)
        throw new ConvecthubError(
          'DOWNLOAD_DIGEST',
          `${url} has the sha256 ${digest(body)}; expected is ${sha256}`,
        )
      writeFileSync(path, body)
      onBytes?.(body.length)
      return { size: body.length, sha256: digest(body) }
    },
  }
  return { http, asked }
}
