import { ConvecthubError } from '../../errors.ts'
import { textOf } from '../../printable.ts'
import { Secret } from '../../secret.ts'
import type { Answer, Http } from '../sources/http.ts'
import type { Endpoint } from './registry-endpoint.ts'
import type { Login } from './registry-logins.ts'

/** How a registry wants to be asked: with a token of `realm`, or with name and password. */
export type Challenge =
  | { scheme: 'bearer'; realm: string; service?: string; scope?: string }
  | { scheme: 'basic' }

/** What is sent to a repository with each request. */
export interface Session {
  challenge: Challenge
  /** The Authorization header. */
  authorization: Secret
  /** When it must be renewed, in milliseconds since 1970. */
  until: number
}

/** Tokens are valid for a minute where nothing is said (distribution's token authentication), in seconds. */
const VALID = 60

/** How long before its end a token is renewed, in milliseconds. */
const MARGIN = 10_000

/** Maximum size of the answer with a token, bytes. */
const LARGEST = 1024 * 1024

/** Reads a WWW-Authenticate header (RFC 7235). Undefined when it wants something that we do not know. */
export function parseChallenge(header = ''): Challenge | undefined {
  const [, bearer = ''] = /\bbearer\s+(.*)/i.exec(header) ?? []
  const { realm, service, scope } = Object.fromEntries(
    [...bearer.matchAll(/\b([a-z_]{1,40})="([^"]{0,4096})"/gi)].map(([, name = '', value]) => [
      name.toLowerCase(),
      value,
    ]),
  )
  if (realm) return { scheme: 'bearer', realm, ...(service && { service }), ...(scope && { scope }) }
  return /\bbasic\b/i.test(header) ? { scheme: 'basic' } : undefined
}

/** Logs in to a repository as its registry wants it; without a login, as nobody. Error: REGISTRY_DENIED. */
export async function openSession(
  http: Http,
  endpoint: Endpoint,
  challenge: Challenge,
  login: Login | undefined,
): Promise<Session> {
  const basic = login && `Basic ${Buffer.from(`${login.user}:${login.password.reveal()}`).toString('base64')}`
  if (challenge.scheme === 'basic') {
    if (!basic) throw denied(endpoint, login)
    return { challenge, authorization: new Secret(basic), until: Number.POSITIVE_INFINITY }
  }
  const answer = await http.get(tokenAddress(endpoint, challenge), {
    limit: LARGEST,
    expects: [400, 401, 403, 404],
    ...(basic && { headers: { authorization: basic } }),
  })
  const { token, access_token = token, expires_in } = jsonOf(answer.body)
  if (answer.status >= 300 || typeof access_token !== 'string') throw denied(endpoint, login, answer)
  const seconds = typeof expires_in === 'number' ? expires_in : VALID
  return {
    challenge,
    authorization: new Secret(`Bearer ${access_token}`),
    until: Date.now() + seconds * 1000 - MARGIN,
  }
}

/** A registry with https must not have its passwords sent to an address without. */
function tokenAddress(endpoint: Endpoint, challenge: Extract<Challenge, { scheme: 'bearer' }>): string {
  const { realm, service, scope = `repository:${endpoint.repository}:pull` } = challenge
  if (!URL.canParse(realm) || (endpoint.address.startsWith('https:') && !realm.startsWith('https:')))
    throw new ConvecthubError('REGISTRY_DENIED', `${endpoint.host} sends us to ${realm} to log in`, {
      hint: 'such a login would go over the network in plain text: ask those who run the registry',
    })
  const url = new URL(realm)
  if (service) url.searchParams.set('service', service)
  url.searchParams.set('scope', scope)
  return url.href
}

/** The error for a repository that we may not read; `answer` is what its registry said. */
export function denied(endpoint: Endpoint, login: Login | undefined, answer?: Answer): ConvecthubError {
  const { host, repository } = endpoint
  const as = login ? ` as ${login.user}` : ''
  const again = `docker login${host === 'docker.io' ? '' : ` ${host}`}`
  const said = answer && reasonIn(answer.body)
  return new ConvecthubError('REGISTRY_DENIED', `${host} does not let us read ${repository}${as}`, {
    hint: login
      ? `check the name of the image and the rights of ${login.user}; log in again: ${again}`
      : `check the name of the image; if it is private: ${again} (a login that a helper program keeps is not read)`,
    ...(said && { evidence: said }),
  })
}

/** What a registry says of an error: `MANIFEST_UNKNOWN: manifest unknown`. Empty where it says nothing. */
export function reasonIn(body: Buffer): string {
  const { errors, details } = jsonOf(body)
  const { code, message } = Object(Array.isArray(errors) ? errors[0] : undefined)
  return [code, message, details].map(textOf).filter(Boolean).join(': ')
}

function jsonOf(body: Buffer): Readonly<Record<string, unknown>> {
  try {
    return Object(JSON.parse(body.toString()))
  } catch {
    return {}
  }
}
