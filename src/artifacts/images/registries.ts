import type { Answer, Asking, Http } from '../sources/http.ts'
import type { Endpoint } from './registry-endpoint.ts'
import type { FindLogin } from './registry-logins.ts'
import { denied, openSession, parseChallenge, type Session } from './registry-session.ts'

/** How registries are asked. */
export interface RegistryAccess {
  http: Http
  logins: FindLogin
  /** Those of bundle.yaml, see registryEndpoint. */
  mirrors?: Readonly<Record<string, string>>
}

/** Asks registries, and logs in where they want it. */
export interface Registries {
  readonly mirrors: Readonly<Record<string, string>>
  /** Asks for something below a repository, such as `manifests/v3`. Errors: REGISTRY_DENIED, and those of Http. */
  get(endpoint: Endpoint, path: string, asking: Asking): Promise<Answer>
  /** Fetches a blob to a file, see Http. `get` must have been called for its repository. */
  download(
    endpoint: Endpoint,
    blob: { digest: string; size: number },
    path: string,
    onBytes?: (count: number) => void,
  ): Promise<void>
}

/** Opens the way to registries; nothing is asked yet. Tokens are kept while they are valid. */
export function openRegistries({ http, logins, mirrors = {} }: RegistryAccess): Registries {
  const sessions = new Map<string, Promise<Session>>()

  const loginOf = ({ host, repository }: Endpoint) => logins(`${host}/${repository}`)

  /** Calls at the same time share one session. */
  const login = (endpoint: Endpoint, challenge: Session['challenge']): Promise<Session> => {
    const session = openSession(http, endpoint, challenge, loginOf(endpoint))
    sessions.set(endpoint.address, session)
    session.catch(() => sessions.delete(endpoint.address))
    return session
  }

  const current = async (endpoint: Endpoint): Promise<Session | undefined> => {
    const session = await sessions.get(endpoint.address)
    return session && session.until < Date.now() ? login(endpoint, session.challenge) : session
  }

  return {
    mirrors,
    async get(endpoint, path, asking) {
      const ask = (session: Session | undefined) =>
        http.get(`${endpoint.address}/${path}`, {
          ...asking,
          expects: [...(asking.expects ?? []), 401, 403],
          headers: { ...asking.headers, ...authorized(session) },
        })
      const first = await ask(await current(endpoint))
      const challenge = first.status === 401 && parseChallenge(first.headers['www-authenticate'])
      const answer = challenge ? await ask(await login(endpoint, challenge)) : first
      if (answer.status === 401 || answer.status === 403) throw denied(endpoint, loginOf(endpoint), answer)
      return answer
    },
    async download(endpoint, { digest, size }, path, onBytes) {
      const expected = { size, sha256: digest.slice('sha256:'.length) }
      const fetch = async (session: Session | undefined) => {
        const headers = authorized(session)
        await http.download(`${endpoint.address}/blobs/${digest}`, path, expected, {
          headers,
          ...(onBytes && { onBytes }),
        })
      }
      const session = await current(endpoint)
      await fetch(session).catch(async (error: unknown) => {
        // a big blob may take longer than its token is valid
        if (!session || session.until > Date.now()) throw error
        await fetch(await current(endpoint))
      })
    },
  }
}

function authorized(session: Session | undefined): Record<string, string> {
  return session ? { authorization: session.authorization.reveal() } : {}
}
