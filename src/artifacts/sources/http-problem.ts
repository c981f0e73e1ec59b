import { STATUS_CODES } from 'node:http'
import { ConvecthubError } from '../../errors.ts'
import { systemReason } from '../../system-error.ts'
import { EXCHANGE_CODES, LATER, PROXY_MISSING, WAY } from './exchange-codes.ts'
import type { BadStatus } from './exchange-faults.ts'
import { ProxyProblem } from './http-agents.ts'
import { retryAfter } from './passing.ts'
import type { HttpProxy } from './proxy-for.ts'

/** The address without what may be secret: user, password, and the query, which can hold a signature. */
export function shownUrl({ origin, pathname }: URL): string {
  return `${origin}${pathname}`
}

/** The error for an exchange that failed before its answer was complete. */
export function brokenExchange(url: URL, cause: unknown): ConvecthubError {
  if (cause instanceof ConvecthubError) return cause
  if (cause instanceof ProxyProblem && cause.status !== undefined)
    return cause.status === 407
      ? proxyLogin(url, cause.proxy, cause)
      : failed(url, 'DOWNLOAD_REFUSED', `the proxy ${place(cause.proxy)} answers ${words(cause.status)}`, {
          cause,
          hint: 'ask who runs the proxy to allow this address; no_proxy=HOST asks a host without the proxy',
        })
  const proxy = cause instanceof ProxyProblem ? cause.proxy : undefined
  const [host, reason] = proxy ? [`the proxy ${place(proxy)}`, Object(cause).cause] : [url.host, cause]
  const code = String(Object(reason).code)
  const known = EXCHANGE_CODES[code.startsWith('HPE_') ? 'HPE' : code]
  return failed(url, 'DOWNLOAD', known?.what(host) ?? `${host}: ${systemReason(reason)}`, {
    cause,
    hint:
      (proxy && known?.hint.endsWith(PROXY_MISSING)
        ? `correct ${proxy.variable}, or unset it; no_proxy=${url.hostname} asks ${url.hostname} without a proxy`
        : known?.hint) ??
      (code.startsWith('ERR_SSL') || code === 'EPROTO' ? 'check whether it is http or https' : WAY),
  })
}

/** What to do about status codes. */
const STATUS_HINTS: Readonly<Record<number, string>> = {
  401: 'check the user and password; for a file server they stand in the address: https://USER:PASSWORD@HOST/…',
  403: 'check whether you may read it, and whether a proxy blocks it',
  404: 'check the address: the name and the version in it',
  410: 'check the address: the name and the version in it',
  429: 'wait until the server accepts more requests, or log in to it; then run the same command again',
}

/** The error for an answer whose status is one, which came through `proxy` if one is given. */
export function badAnswer(url: URL, proxy: HttpProxy | undefined, cause: BadStatus): ConvecthubError {
  const { status, headers, body } = cause
  if (status === 407 && proxy) return proxyLogin(url, proxy, cause)
  const isText = /^(text\/plain|application\/(json|xml)|text\/xml)/.test(headers['content-type'] ?? '')
  const after = Math.ceil(retryAfter(cause) / 1000)
  const pause = after > 0 ? ` and asks for a pause of ${after} s` : ''
  return failed(url, 'DOWNLOAD_REFUSED', `${url.host} answers ${words(status)}${pause}`, {
    cause,
    hint:
      STATUS_HINTS[status] ??
      (status >= 500 ? `the server has a fault or too much to do; later ${LATER}` : WAY),
    ...(isText && body !== '' && { evidence: body }),
  })
}

/** The error for an answer that breaks the rules or a limit. */
export function strangeAnswer(
  url: URL,
  what: string,
  hint = 'check the address, or ask who runs the server',
) {
  return failed(url, 'DOWNLOAD', what, { hint })
}

function proxyLogin(url: URL, proxy: HttpProxy, cause: unknown): ConvecthubError {
  const example = `${proxy.variable}=${proxy.url.protocol}//USER:PASSWORD@${proxy.url.host}`
  return proxy.authorization
    ? failed(url, 'DOWNLOAD_REFUSED', `the proxy ${place(proxy)} refused the user and password (407)`, {
        cause,
        hint: `correct them: ${example}, with %40 for an @ in them; only Basic logins are supported`,
      })
    : failed(url, 'DOWNLOAD_REFUSED', `the proxy ${place(proxy)} needs a user and password (407)`, {
        cause,
        hint: `write them into its address: ${example}, with %40 for an @ in them`,
      })
}

function place({ url, variable }: HttpProxy): string {
  return `${url.host} (from ${variable})`
}

function words(status: number): string {
  return `${status} ${STATUS_CODES[status] ?? ''}`.trimEnd()
}

function failed(
  url: URL,
  code: 'DOWNLOAD' | 'DOWNLOAD_REFUSED',
  what: string,
  details: { cause?: unknown; hint: string; evidence?: string },
): ConvecthubError {
  return new ConvecthubError(code, `cannot fetch ${shownUrl(url)}: ${what}`, details)
}
