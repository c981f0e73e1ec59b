import { execFileSync, spawn } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { createConnection, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { atEnd } from './clean-up.js'
import { endTrees, haveChildren } from './processes.js'

const SSHD = '/usr/sbin/sshd'

/** The user that logs in: another name for root, with /bin/sh as its shell. */
export const USER = 'cvhbench'

/** Folders that each host has for itself, although all hosts are this machine. */
const OWN = ['/run', '/var/lib/convecthub']

/** Every sshd listens on 127.0.0.1 to 127.0.0.N. */
export const ADDRESSES = 5

/**
 * Makes the namespace look like a machine: /etc with the benchmark's user, private folders, and sshd. Uses overlays,
 * because a mount on a single file disappears when the file is replaced, as useradd does with /etc/passwd.
 */
const MACHINE = `set -e
own=$1 over=$2
shift 2
for place in /etc /var/lib; do
  mount -t overlay overlay -o "lowerdir=$over$place:$place" "$place"
done
for place; do
  mkdir -p "$own$place"
  mount --bind "$own$place" "$place"
done
mkdir -m 755 /run/sshd
exec ${SSHD} -D -e -f "$own/sshd_config"`

/**
 * Starts hosts on loopback. Each is an sshd with its own port, host key and mount namespace, so that the user exists
 * only there and hosts do not share files.
 * @param {string} folder
 * @param {number} count
 */
export async function startHosts(folder, count) {
  if (process.getuid?.() !== 0) throw new Error('the benchmark starts sshd and must run as root')
  if (!existsSync(SSHD)) throw new Error(`${SSHD} is missing: apt-get install openssh-server`)
  const shared = join(folder, 'files')
  const over = join(folder, 'over')
  const home = join(folder, 'remote-home')
  for (const path of [shared, home, join(over, 'etc'), join(over, '/var/lib/convecthub')])
    mkdirSync(path, { recursive: true })
  copyFileSync('/etc/passwd', join(over, '/etc/passwd'))
  appendFileSync(join(over, '/etc/passwd'), `${USER}:*:0:0::${home}:/bin/sh\n`)
  const userKey = join(folder, 'key')
  writeFileSync(join(folder, 'authorized_keys'), `${makeKey(userKey)}\n`)

  const pids = []
  atEnd(() => endTrees(pids))
  const hosts = (await freePorts(count)).map((port, index) => {
    const name = `h${index + 1}`
    const own = join(folder, 'hosts', name)
    mkdirSync(own, { recursive: true })
    const key = makeKey(join(own, 'host_key'))
    writeFileSync(join(own, 'sshd_config'), config(own, folder, port))
    const args = ['-m', 'sh', '-c', MACHINE, 'sh', own, over, shared, ...OWN]
    const child = spawn('unshare', args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'] })
    let log = ''
    child.stderr.on('data', (chunk) => {
      log = (log + chunk).slice(-2000)
    })
    pids.push(child.pid)
    child.unref()
    child.stderr.unref()
    return {
      name,
      port,
      key,
      log: () => log,
      /** Resets the host to its initial state. */
      clear() {
        for (const place of [shared, ...OWN].map((each) => join(own, each))) {
          // keeps the folder itself, which is a mount, and sshd's folder in it
          for (const name of readdirSync(place).filter((each) => each !== 'sshd'))
            rmSync(join(place, name), { recursive: true, maxRetries: 3 })
        }
      },
    }
  })
  await Promise.all(hosts.map(answers))
  return { list: hosts, files: shared, key: userKey, quiet: () => quiet(pids) }
}

/** Waits until nobody is logged in, because ending a login would slow down the next measurement. */
async function quiet(pids) {
  for (const end = Date.now() + 30_000; haveChildren(pids); await pause(20))
    if (Date.now() > end) throw new Error('a host is still busy with the run before')
}

function config(own, folder, port) {
  const lines = [
    ...Array.from({ length: ADDRESSES }, (_, index) => `ListenAddress 127.0.0.${index + 1}:${port}`),
    `HostKey ${own}/host_key`,
    `AuthorizedKeysFile ${folder}/authorized_keys`,
    'PermitRootLogin prohibit-password',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PidFile none',
    'StrictModes no',
    'UseDNS no',
    'UsePAM no',
    'LogLevel ERROR',
    'MaxStartups 1000',
    'Subsystem sftp internal-sftp',
  ]
  return `${lines.join('\n')}\n`
}

/** Creates a key pair at `path` and returns the public key in the format of known_hosts. */
function makeKey(path) {
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path])
  return readFileSync(`${path}.pub`, 'utf8').split(' ').slice(0, 2).join(' ').trim()
}

/** Finds `count` free ports. */
async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, () => {
      const server = createServer()
      return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)))
    }),
  )
  const ports = servers.map((server) => server.address().port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

async function answers({ name, port, log }) {
  for (const end = Date.now() + 30_000; !(await greets(port)); await pause(50))
    if (Date.now() > end) throw new Error(`${name}: sshd does not answer: ${log()}`)
}

function greets(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' })
    socket.on('data', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
    socket.on('close', () => resolve(false))
  })
}
