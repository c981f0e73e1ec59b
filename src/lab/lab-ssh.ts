import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { ConvecthubError } from '../errors.ts'
import { LAB_USER } from './inventory-text.ts'
import { labIdentity, labPaths } from './lab-identity.ts'
import { networkSubnet } from './lab-network.ts'
import { namedMachines } from './plan-machines.ts'
import { machineStates } from './start-machine.ts'

/**
 * Connects this terminal to a machine with the system's ssh. Returns the exit code of ssh. Errors: LAB_NO_MACHINE,
 * LAB_NO_SSH.
 */
export async function labSsh(stateDir: string, name: string, command: readonly string[]): Promise<number> {
  const lab = labIdentity(stateDir)
  const states = await machineStates(lab)
  const subnet = await networkSubnet(lab)
  const machine = states.has(name) && subnet !== undefined ? namedMachines([name], subnet)[0] : undefined
  if (!machine)
    throw new ConvecthubError('LAB_NO_MACHINE', `the lab "${lab.name}" has no machine "${name}"`, {
      hint:
        states.size === 0
          ? 'start it with `convecthub lab up`'
          : `it has ${[...states.keys()].sort().join(', ')}`,
    })
  return await run('ssh', sshArguments(lab.stateDir, machine.address, command))
}

/** The arguments of ssh for a machine: use only the lab's key and accept only the recorded host key. */
export function sshArguments(stateDir: string, address: string, command: readonly string[]): string[] {
  const { key, knownHosts } = labPaths(stateDir)
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    'StrictHostKeyChecking=yes',
    'IdentitiesOnly=yes',
    'LogLevel=ERROR',
  ]
  return ['-i', key, ...options.flatMap((option) => ['-o', option]), `${LAB_USER}@${address}`, ...command]
}

function run(file: string, args: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' })
    child.once('error', (cause) =>
      reject(
        new ConvecthubError('LAB_NO_SSH', 'ssh cannot be run on this machine', {
          hint: 'install the OpenSSH client: `apt-get install openssh-client`',
          cause,
        }),
      ),
    )
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
}
