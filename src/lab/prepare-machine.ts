import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { ConvecthubError } from '../errors.ts'
import { renderAptSources } from './apt-sources.ts'
import type { Distribution } from './distribution.ts'
import { docker } from './docker.ts'
import type { LabIdentity } from './lab-identity.ts'
import type { Machine } from './plan-machines.ts'
import { containerName } from './start-machine.ts'

const SSHD_MS = 60_000

/**
 * The script that authorizes the lab's SSH key and prints the machine's host key. With `distribution`, apt uses the
 * same sources as on this machine. Safe to repeat.
 */
export function prepareScript(publicKey: string, distribution: Distribution | undefined): string {
  return [
    'set -e',
    `printf '%s\\n' '${publicKey}' >/home/lab/.ssh/authorized_keys`,
    'chown lab:lab /home/lab/.ssh/authorized_keys',
    'chmod 0600 /home/lab/.ssh/authorized_keys',
    ...(distribution && distribution.sources.length > 0
      ? [
          // only the first time, to keep what a user changes later
          'if [ ! -e /etc/apt/apt.conf.d/90lab ]; then',
          heredoc('/etc/apt/sources.list', renderAptSources(distribution.sources)),
          heredoc('/etc/apt/apt.conf.d/90lab', distribution.aptConf),
          'fi',
        ]
      : []),
    'cat /etc/ssh/ssh_host_ed25519_key.pub',
    '',
  ].join('\n')
}

function heredoc(path: string, text: string): string {
  return `cat >${path} <<'LAB_END'\n${text}LAB_END`
}

/** Prepares a started machine for SSH. Returns its line for known_hosts. Error: LAB_SSHD when sshd does not answer. */
export async function prepareMachine(
  lab: LabIdentity,
  machine: Machine,
  publicKey: string,
  distribution: Distribution | undefined,
): Promise<string> {
  const input = prepareScript(publicKey, distribution)
  const hostKey = await docker(['exec', '--interactive', containerName(lab, machine.name), 'sh'], { input })
  for (const end = Date.now() + SSHD_MS; ; await sleep(250)) {
    if (await sshdAnswers(machine.address)) break
    if (Date.now() > end)
      throw new ConvecthubError('LAB_SSHD', `${machine.name}: sshd on ${machine.address} does not answer`, {
        host: machine.name,
        hint: 'the engine must run on this very machine (no Docker Desktop, no remote DOCKER_HOST, not rootless)',
      })
  }
  return `${machine.address} ${hostKey.split(' ').slice(0, 2).join(' ')}`
}

/** Whether an SSH server on port 22 sends its greeting within two seconds. */
export function sshdAnswers(address: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 2000 })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.once('data', (greeting) => end(greeting.toString('latin1').startsWith('SSH-')))
    socket.once('error', () => end(false))
    socket.once('timeout', () => end(false))
    socket.once('close', () => end(false))
  })
}
