import { ConvecthubError } from '../../errors.ts'
import { Broken } from './exchange-faults.ts'
import type { Expected } from './http.ts'
import type { Reply } from './http-exchange.ts'
import { brokenExchange, shownUrl, strangeAnswer } from './http-problem.ts'
import type { PartFile } from './part-file.ts'

/** A download that is under way. */
export interface Download {
  part: PartFile
  expected: Expected
  /** The largest file that is fetched where its size is not known, bytes. */
  limit: number
  /** Hears how large the file is. */
  onSize: ((bytes: number) => void) | undefined
  /** Asks for the file, with these headers besides the caller's. Status codes: 2xx, and 416 where it is expected. */
  ask(headers: Readonly<Record<string, string>>, expects: readonly number[]): Promise<Reply>
  /** Calls until it succeeds, see `persist`. */
  persist(attempt: () => Promise<URL | undefined>): Promise<URL | undefined>
}

/** What was learnt about the server so far. */
interface Learnt {
  /** The ETag of the bytes that are there. */
  etag: string | undefined
  /** False where its answers to Range are wrong. */
  ranges: boolean
  /** Whether the bytes that are there come from more than one answer. */
  pieced: boolean
}

/**
 * Fetches what is missing of a file, and checks size and sha256. A file put together from pieces whose sha256 is wrong
 * is fetched once more as a whole. Errors: DOWNLOAD_DIGEST, and what `ask` throws.
 */
export async function downloadFile(url: URL, download: Download): Promise<void> {
  const { part, expected } = download
  const learnt: Learnt = { etag: expected.etag, ranges: true, pieced: part.size > 0 }
  for (;;) {
    const from = (await download.persist(() => fetchRest(download, learnt))) ?? url
    const found = part.sha256
    if (expected.sha256 === undefined || found === expected.sha256) return
    await part.restart()
    if (!learnt.pieced) throw otherFile(from, `has the sha256 ${found}; expected is ${expected.sha256}`)
    learnt.pieced = false
    learnt.ranges = false
  }
}

/** One try. Returns the address that was asked, or nothing where all bytes were there. */
async function fetchRest(download: Download, learnt: Learnt): Promise<URL | undefined> {
  const { part, expected } = download
  if (part.size > (expected.size ?? Infinity) || !canContinue(expected, learnt)) await part.restart()
  if (part.size > 0 && part.size === expected.size) return undefined
  const from = part.size
  // the sha256 proves that the pieces belong together; without it the ETag does
  const ifRange = expected.sha256 === undefined && learnt.etag ? { 'if-range': learnt.etag } : {}
  const reply = await (from > 0
    ? download.ask({ range: `bytes=${from}-`, ...ifRange }, [416])
    : download.ask({}, []))
  const { url, status, headers } = reply
  const range = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(headers['content-range'] ?? '')
  if (status === 416 && Number(range?.[2]) === from) {
    reply.discard()
    return url
  }
  const isSame = expected.sha256 !== undefined || !headers.etag || headers.etag === learnt.etag
  if (status === 416 || (status === 206 && !(isSame && Number(range?.[1]) === from))) {
    reply.discard()
    if (from === 0)
      throw strangeAnswer(url, 'it answers with a part of the file, but was asked for the whole')
    learnt.ranges = false
    return fetchRest(download, learnt)
  }
  if (status === 206) learnt.pieced = true
  else if (from > 0) await part.restart()
  const announced = Number(status === 206 ? range?.[2] : headers['content-length'])
  await receive(download, learnt, reply, Number.isNaN(announced) ? undefined : announced)
  return url
}

function canContinue({ sha256 }: Expected, { ranges, etag }: Learnt): boolean {
  return ranges && (sha256 !== undefined || etag !== undefined)
}

/** Adds what an answer brings; `announced` is how large the whole file is by its headers, bytes. */
async function receive(
  { part, expected, limit, onSize }: Download,
  learnt: Learnt,
  reply: Reply,
  announced: number | undefined,
): Promise<void> {
  const { url, headers } = reply
  const tooMuch = (size: string) =>
    expected.size === undefined
      ? strangeAnswer(url, `it is ${size}; the limit is ${limit}`)
      : otherFile(url, `is ${size}; expected are ${expected.size}`)
  const stop = async (error: ConvecthubError) => {
    reply.discard()
    await part.restart()
    throw error
  }
  // a weak ETag does not stand for the same bytes
  const etag = headers.etag?.startsWith('"') ? headers.etag : undefined
  if (expected.etag !== undefined && etag !== undefined && etag !== expected.etag)
    await stop(otherFile(url, `has changed meanwhile: its ETag is ${etag}; expected is ${expected.etag}`))
  if (announced !== undefined && announced !== (expected.size ?? Math.min(announced, limit)))
    await stop(tooMuch(`${announced} bytes`))
  if (announced !== undefined) onSize?.(announced)
  learnt.etag = etag ?? expected.etag
  const most = expected.size ?? limit
  for await (const chunk of reply.chunks()) {
    if (part.size + chunk.length > most) await stop(tooMuch(`more than ${most} bytes`))
    await part.write(chunk)
  }
  if (part.size < (expected.size ?? announced ?? 0)) throw brokenExchange(url, new Broken('SHORT'))
}

function otherFile(url: URL, what: string): ConvecthubError {
  return new ConvecthubError('DOWNLOAD_DIGEST', `${shownUrl(url)} ${what}`, {
    hint: 'somebody replaced the file, or a proxy or mirror answers with another: compare it with its publisher',
  })
}
