import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { ConvecthubError } from '../../errors.ts'
import { Secret } from '../../secret.ts'
import { systemReason } from '../../system-error.ts'

/** A user of a registry. */
export interface Login {
  user: string
  password: Secret
}

/** Finds the login for a repository, such as `quay.io/jupyterhub/k8s-hub`. Undefined: nobody in particular. */
export type FindLogin = (path: string) => Login | undefined

const authFile = z.object({
  auths: z
    .record(
      z.string(),
      z.object({
        auth: z.string().optional(),
        username: z.string().optional(),
        password: z.string().optional(),
      }),
    )
    .default({}),
})

/**
 * Reads the logins that `docker login` and `podman login` keep: the file of REGISTRY_AUTH_FILE, or config.json in
 * DOCKER_CONFIG or ~/.docker (containers-auth.json(5)). Those that a helper program keeps are not read. Error:
 * REGISTRY_LOGIN.
 */
export function readLogins(env: Readonly<NodeJS.ProcessEnv>, home = homedir()): FindLogin {
  const path = env.REGISTRY_AUTH_FILE || join(env.DOCKER_CONFIG || join(home, '.docker'), 'config.json')
  const text = textOf(path, !env.REGISTRY_AUTH_FILE)
  if (text === undefined) return () => undefined
  const logins = new Map(
    Object.entries(parsed(path, text).auths).flatMap(([key, entry]) => {
      const login = loginOf(entry)
      return login ? [[registryOf(key), login] as const] : []
    }),
  )
  return (repository) => {
    const parts = repository.split('/')
    const paths = parts.map((_, cut) => parts.slice(0, parts.length - cut).join('/'))
    return logins.get(paths.find((each) => logins.has(each)) ?? '')
  }
}

function textOf(path: string, mayBeMissing: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    if (mayBeMissing && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new ConvecthubError('REGISTRY_LOGIN', `${path} cannot be read: ${systemReason(cause)}`, {
      cause,
      hint: 'it holds the logins of registries: correct REGISTRY_AUTH_FILE, or make the file readable',
    })
  }
}

/** The error says nothing of the text, because it holds passwords. */
function parsed(path: string, text: string): z.infer<typeof authFile> {
  try {
    return authFile.parse(JSON.parse(text))
  } catch {
    throw new ConvecthubError('REGISTRY_LOGIN', `${path} is not a file of docker login`, {
      hint: 'move it away, then log in again: docker login REGISTRY',
    })
  }
}

/** `docker.io` for `https://index.docker.io/v1/`. */
function registryOf(key: string): string {
  const path = key.replace(/^https?:\/\//, '').replace(/(\/v[12])?\/?$/, '')
  return path === 'index.docker.io' ? 'docker.io' : path
}

function loginOf({ auth, username, password }: z.infer<typeof authFile>['auths'][string]): Login | undefined {
  if (username && password) return { user: username, password: new Secret(password) }
  const [, user, secret] = /^([^:]+):(.+)$/s.exec(Buffer.from(auth ?? '', 'base64').toString()) ?? []
  return user && secret ? { user, password: new Secret(secret) } : undefined
}
