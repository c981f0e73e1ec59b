import ssh2, { type AuthenticationType, type Client, type ConnectConfig } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import type { Channel } from './connection.ts'
import { identities } from './identities.ts'
import { knownHosts } from './known-hosts.ts'
import { readKnownHosts } from './known-hosts-file.ts'
import { hostKeyError, type LoginFault, loginError } from './login-error.ts'
import { expandHome, type Target } from './target.ts'

export interface SshLink {
  /** Starts a command; error NO_SHELL when the host refuses it, or does not answer within `ms`. */
  exec(command: string, ms: number): Promise<Channel>
  close(): void
}

/**
 * Logs in by SSH. Errors: those of loginError, hostKeyError, identities and readKnownHosts. Host keys are checked as OpenSSH does with StrictHostKeyChecking.
 */
export function sshConnect(target: Target): Promise<SshLink> {
  const files = target.knownHostsFiles.map(expandHome)
  const known = knownHosts(files.map((file) => readKnownHosts(target.host, file)).join('\n'))
  const privateKeys = identities(target)
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let keyError: ConvecthubError | undefined
    let gone: (error?: Error) => void = () => {}
    const ended = new Promise<Error | undefined>((done) => {
      gone = done
    })
    const methods: AuthenticationType[] = []
    client.on('ready', () => {
      // small frames must not wait for the acknowledgement of the ones before
      client.setNoDelay(true)
      resolve({
        exec: (command, ms) => exec(client, target.host, command, ended, ms),
        close: () => client.end(),
      })
    })
    client.on('error', (error: LoginFault) => {
      gone(error)
      reject(keyError ?? loginError(target, error, methods))
    })
    client.on('close', () => {
      gone()
      reject(keyError ?? loginError(target, new Error('the connection was closed during login'), methods))
    })
    const config: ConnectConfig = {
      host: target.address,
      port: target.port,
      username: target.user,
      readyTimeout: target.connectTimeoutMs,
      keepaliveInterval: 10_000,
      keepaliveCountMax: 3,
      algorithms: { serverHostKey: hostKeyOrder(known.types(target.address, target.port)) },
      hostVerifier: (key: Buffer) => {
        keyError = hostKeyError(target, key, known, files[0])
        return keyError === undefined
      },
    }
    const tries = [
      ...privateKeys.map((key) => ({ type: 'publickey' as const, username: target.user, key })),
      ...(process.env.SSH_AUTH_SOCK && !target.keyFile
        ? [{ type: 'agent' as const, username: target.user, agent: process.env.SSH_AUTH_SOCK }]
        : []),
      ...(target.password
        ? [{ type: 'password' as const, username: target.user, password: target.password.reveal() }]
        : []),
    ]
    config.authHandler = (_left, _partial, next) => {
      const attempt = tries.shift()
      if (attempt) methods.push(attempt.type)
      next(attempt ?? (false as never))
    }
    client.connect(config)
  })
}

function exec(
  client: Client,
  host: string,
  command: string,
  ended: Promise<Error | undefined>,
  ms: number,
): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const refuse = (why: string) => reject(new ConvecthubError('NO_SHELL', 'unreachable', why, { host }))
    const late = setTimeout(refuse, ms, `the host did not start a command within ${ms / 1000} s`)
    client.exec(command, (error, stream) => {
      clearTimeout(late)
      if (error) return refuse(`the host refused a command: ${error.message}`)
      let code: number | undefined
      stream.on('exit', (status: number | null) => {
        code = status ?? undefined
      })
      const closed = new Promise<{ code: number | undefined; error?: Error }>((done) => {
        stream.on('close', () => done({ code }))
        ended.then((why) => done({ code, ...(why && { error: why }) }))
      })
      resolve({ stdin: stream, stdout: stream, stderr: stream.stderr, closed, close: () => stream.close() })
    })
  })
}

/** ssh2's own order with the types on file first, as OpenSSH does, so that a known key is what the server shows. */
function hostKeyOrder(types: readonly string[]) {
  const all = [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
    'ssh-rsa',
  ] as const
  const first = new Set<string>(
    types.flatMap((type) => (type === 'ssh-rsa' ? ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'] : [type])),
  )
  return [...all].sort((a, b) => Number(first.has(b)) - Number(first.has(a)))
}
