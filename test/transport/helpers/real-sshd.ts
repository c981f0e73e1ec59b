import { spawn } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Target } from '../../../src/transport/target.ts'
import { type KeyPair, makeKey } from './keys.ts'
import { testTarget } from './test-target.ts'
import { until } from './wait.ts'

/** An sshd on 127.0.0.1 that accepts one key for every user of this machine. */
export interface RealSshd {
  /** A temporary folder that everybody may write to; removed with the server. */
  folder: string
  port: number
  pid: number
  hostKey: KeyPair
  /** A target that logs in as root, with the changes in `over`. */
  target(over?: Partial<Target>): Target
  /** Writes a file into the folder and returns its path. */
  write(name: string, text: string): string
  stop(): void
}

const SSHD = '/usr/sbin/sshd'

/** `settings`: extra lines of sshd_config. */
export async function realSshd(settings: readonly string[] = []): Promise<RealSshd> {
  if (process.getuid?.() !== 0) throw new Error('these tests log in as root and must run as root')
  if (!existsSync(SSHD)) throw new Error(`${SSHD} is missing: apt-get install openssh-server`)
  mkdirSync('/run/sshd', { recursive: true, mode: 0o755 })
  const folder = mkdtempSync(join(tmpdir(), 'cvh-sshd-'))
  chmodSync(folder, 0o1777)
  const hostKey = makeKey(join(folder, 'host_key'))
  const userKey = makeKey(join(folder, 'user_key'))
  const port = await freePort()
  writeFileSync(join(folder, 'authorized_keys'), `${userKey.line}\n`, { mode: 0o644 })
  writeFileSync(join(folder, 'known_hosts'), `[127.0.0.1]:${port} ${hostKey.line}\n`)
  const lines = [
    ...settings,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey.path}`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PermitRootLogin yes',
    'PidFile none',
    'StrictModes no',
    'UseDNS no',
    'UsePAM no',
  ]
  writeFileSync(join(folder, 'sshd_config'), `${lines.join('\n')}\n`)
  const child = spawn(SSHD, ['-D', '-e', '-p', String(port), '-f', join(folder, 'sshd_config')])
  let log = ''
  child.stderr.on('data', (chunk) => {
    log = (log + chunk).slice(-4096)
  })
  await until(`sshd on port ${port}: ${log}`, () => {
    if (child.exitCode !== null) throw new Error(`sshd ended: ${log}`)
    return listening(port)
  })
  const pid = child.pid as number
  return {
    folder,
    port,
    pid,
    hostKey,
    target: (over) =>
      testTarget({
        port,
        keyFiles: [userKey.path],
        password: undefined,
        knownHostsFiles: [join(folder, 'known_hosts')],
        hostKeyChecking: 'yes',
        ...over,
      }),
    write(name, text) {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    },
    stop() {
      for (const one of [pid, ...childrenOf(pid)]) end(one)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // it has already ended
  }
}

function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(Number(name)) === pid)
    .map(Number)
}

/** 0 for a process that is gone. */
export function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
  } catch {
    return 0
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number }
      server.close(() => resolve(port))
    })
  })
}

function listening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.once('data', () => resolve(true)).once('error', () => resolve(false))
    socket.once('close', () => resolve(false)).once('data', () => socket.destroy())
  })
}
