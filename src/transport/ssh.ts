import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import ssh2, { type AuthenticationType, type Client, type ConnectConfig } from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import type { Channel } from './connection.ts'
import { identities } from './identities.ts'
import { fingerprint, keyType, knownHosts, knownHostsLine } from './known-hosts.ts'
import { expandHome, type Target } from './target.ts'

export interface SshLink {
  exec(command: string): Promise<Channel>
  close(): void
}

/**
 * Logs in by SSH. Errors: UNREACHABLE, LOGIN_DROPPED (may be tried again), AUTH, HOST_KEY_UNKNOWN, HOST_KEY_CHANGED, KEY_FILE,
 * KEY_ENCRYPTED. Host keys are checked as OpenSSH does with StrictHostKeyChecking.
 */
export function sshConnect(target: Target): Promise<SshLink> {
  const files = target.knownHostsFiles.map(expandHome)
  const known = knownHosts(
    files.map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : '')).join('\n'),
  )
  const privateKeys = identities(target)
  return new Promise((resolve, reject) => {
    const client = new ssh2.Client()
    let keyError: ConvecthubError | undefined
    let gone: (error?: Error) => void = () => {}
    const ended = new Promise<Error | undefined>((done) => {
      gone = done
    })
    const methods: AuthenticationType[] = []
    client.on('ready', () =>
      resolve({ exec: (command) => exec(client, target.host, command, ended), close: () => client.end() }),
    )
    client.on('error', (error: Error & { level?: string; code?: string }) => {
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
): Promise<Channel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, stream) => {
      if (error) {
        reject(
          new ConvecthubError('NO_SHELL', 'unreachable', `the host refused a command: ${error.message}`, {
            host,
          }),
        )
        return
      }
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

function hostKeyError(
  target: Target,
  key: Buffer,
  known: ReturnType<typeof knownHosts>,
  file: string | undefined,
) {
  if (target.hostKeyChecking === 'no') return undefined
  const { verdict, known: onFile } = known.check(target.address, target.port, key)
  const shown = `${keyType(key)} ${fingerprint(key)}`
  const name = target.port === 22 ? target.address : `[${target.address}]:${target.port}`
  if (verdict === 'known') return undefined
  if (verdict === 'unknown' && target.hostKeyChecking === 'accept-new' && file) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    appendFileSync(file, knownHostsLine(target.address, target.port, key), { mode: 0o600 })
    return undefined
  }
  if (verdict === 'unknown') {
    return new ConvecthubError('HOST_KEY_UNKNOWN', 'unreachable', `the host key is not known: ${shown}`, {
      host: target.host,
      hint: `compare it with the machine's own (ssh-keygen -lf /etc/ssh/ssh_host_*.pub), then call again with --accept-new-host-keys`,
    })
  }
  return new ConvecthubError(
    'HOST_KEY_CHANGED',
    'unreachable',
    `the host key is not the one on file: ${shown}`,
    {
      host: target.host,
      evidence: verdict === 'revoked' ? 'the key is marked @revoked' : `on file: ${onFile.join(', ')}`,
      hint: `another machine may be answering; if it was reinstalled: ssh-keygen -f ${file} -R '${name}'`,
    },
  )
}

function loginError(
  target: Target,
  error: Error & { level?: string; code?: string },
  methods: readonly string[],
): ConvecthubError {
  const at = `${target.address}:${target.port}`
  if (error.level === 'client-authentication') {
    const tried = methods.length
      ? `tried ${[...new Set(methods)].join(', ')}`
      : 'there was no key, agent or password to try'
    return new ConvecthubError('AUTH', 'unreachable', `${target.user}@${at} was refused (${tried})`, {
      host: target.host,
      hint: `try: ssh ${target.keyFile ? `-i ${target.keyFile} ` : ''}-p ${target.port} ${target.user}@${target.address}`,
    })
  }
  const why =
    error.level === 'client-timeout' ? `no answer within ${target.connectTimeoutMs / 1000} s` : error.message
  const dropped = error.level !== 'client-timeout' && (error.code ?? 'ECONNRESET') === 'ECONNRESET'
  return new ConvecthubError(dropped ? 'LOGIN_DROPPED' : 'UNREACHABLE', 'unreachable', `${at}: ${why}`, {
    host: target.host,
    cause: error,
    hint: 'is the machine on, on this network, and sshd running on that port?',
  })
}
