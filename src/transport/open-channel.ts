import type { Duplex } from 'node:stream'
import type { Client, ClientCallback, ClientChannel } from 'ssh2'
import type { ErrorCode } from '../error-codes.ts'
import { ConvecthubError } from '../errors.ts'
import type { Channel } from './connection.ts'
import { linkReason } from './network-cause.ts'
import { packetSize } from './ssh2-internals.ts'

/** Terminal modes that pass every byte unchanged (RFC 4254 §8). sudo's requiretty only needs any terminal. */
const RAW = {
  ECHO: 0,
  ICANON: 0,
  ISIG: 0,
  IEXTEN: 0,
  OPOST: 0,
  ONLCR: 0,
  ICRNL: 0,
  IXON: 0,
  IXOFF: 0,
} as const

/** The smallest packet limit that we accept from a host, bytes. RFC 4254 has no minimum; OpenSSH uses 32 KiB. */
const LEAST_PACKET = 1024

/** A client that is logged in. `ended` resolves with the reason when the connection has ended. */
export interface LoggedIn {
  client: Client
  host: string
  ended: Promise<Error>
}

/** Starts a command. Errors: NO_SHELL, LOGIN_DROPPED; see Link. */
export function exec(
  login: LoggedIn,
  command: string,
  { ms, terminal }: { ms: number; terminal: boolean },
): Promise<Channel> {
  const options = terminal ? { pty: { modes: RAW } } : {}
  return open(login, ms, 'start a command', {
    ask: (begun) => login.client.exec(command, options, begun),
    // listen at once: the exit status may come with the next bytes
    use: (stream) => commandChannel(stream, login.ended),
  })
}

function commandChannel(stream: ClientChannel, ended: Promise<Error>): Channel {
  let code: number | undefined
  stream.on('exit', (status: number | null) => {
    code = status ?? undefined
  })
  const closed = new Promise<{ code: number | undefined; error?: Error }>((done) => {
    stream.on('close', () => setImmediate(done, { code }))
    ended.then((error) => done({ code, error }))
  })
  return { stdin: stream, stdout: stream, stderr: stream.stderr, closed, close: () => stream.close() }
}

/** Opens a connection from the host to an address. Errors: those of exec. */
export function forward(login: LoggedIn, address: string, port: number, ms: number): Promise<Duplex> {
  return open(login, ms, 'open the way', {
    ask: (begun) => login.client.forwardOut('127.0.0.1', 0, address, port, begun),
    use: (stream) => stream,
  })
}

function open<T>(
  { host, ended }: LoggedIn,
  ms: number,
  what: string,
  { ask, use }: { ask(begun: ClientCallback): void; use(stream: ClientChannel): T },
): Promise<T> {
  return new Promise((resolve, reject) => {
    let over = false
    const refuse = (why: string, code: ErrorCode = 'NO_SHELL', evidence?: string) => {
      over = true
      clearTimeout(late)
      reject(new ConvecthubError(code, why, { host, ...(evidence && { evidence }) }))
    }
    const broken = (why: Error) => refuse(`the connection broke: ${linkReason(why)}`, 'LOGIN_DROPPED')
    const late = setTimeout(refuse, ms, `the host did not ${what} within ${ms / 1000} s`)
    ended.then(broken)
    const begun: ClientCallback = (error, stream) => {
      clearTimeout(late)
      // wait a moment: if the link has ended, that is the better reason, and it is reported next
      if (error) setImmediate(refuse, `the host refused to ${what}`, 'NO_SHELL', `ssh says: ${error.message}`)
      else if (over) stream.close()
      else accept(stream)
    }
    const accept = (stream: ClientChannel) => {
      try {
        const size = packetSize(stream)
        // ssh2 splits what it sends into packets of this size: 0 makes it loop forever, 1 takes minutes
        if (size < LEAST_PACKET) refuse(`the host wants packets of ${size} bytes`, 'LOGIN_DROPPED')
        else resolve(use(stream))
      } catch (error) {
        reject(error)
      }
    }
    try {
      ask(begun)
    } catch (error) {
      // ssh2 throws when the socket is already gone
      broken(error as Error)
    }
  })
}
