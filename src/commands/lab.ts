import { join, relative } from 'node:path'
import type { LabStatus } from '../lab/lab-status.ts'
import { printLines } from '../ui/print-lines.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { columns } from '../ui/style.ts'
import type { VerbResult } from './verb.ts'

interface NameOption {
  name: string
}

interface UpOptions extends NameOption {
  machines: number
  drivers: number
  installDocker?: boolean
  base?: string
  k3sVersion?: string
}

/** `lab up`: starts machines on the local Docker engine. Machines that already run are left alone. */
export async function labUpVerb(options: UpOptions): VerbResult {
  const { labUp } = await import('../lab/lab-up.ts')
  const { labStatus } = await import('../lab/lab-status.ts')
  const stateDir = folderOf(options)
  await labUp({ ...options, stateDir }, progress)
  const state = await labStatus(stateDir)
  printLines(table(state))
  next(`convecthub ping -i ${shown(join(stateDir, 'inv.toml'))}`)
  return 'ok'
}

/** `lab down`: removes the machines and everything that belongs to them. */
export async function labDownVerb(options: NameOption & { image?: boolean }): VerbResult {
  const { labDown } = await import('../lab/lab-down.ts')
  await labDown({ stateDir: folderOf(options), ...(options.image && { image: true }) }, progress)
  next(`convecthub lab up${nameFlag(options)}`)
  return 'ok'
}

/** `lab status`: lists the machines. Ends with `differs` when one of them does not answer. */
export async function labStatusVerb(options: NameOption & { output?: OutputMode }): VerbResult {
  const { labStatus } = await import('../lab/lab-status.ts')
  const state = await labStatus(folderOf(options))
  const healthy = state.machines.length > 0 && state.machines.every(({ sshd }) => sshd)
  next(
    healthy
      ? `convecthub ping -i ${shown(join(folderOf(options), 'inv.toml'))}`
      : `convecthub lab up${nameFlag(options)}`,
  )
  const events = state.machines.map(({ name, address, state, sshd }) => ({
    event: 'machine' as const,
    ...{ name, address, state, sshd },
  }))
  return printResult('lab status', { lines: table(state), events, exit: healthy ? 'ok' : 'differs' }, options)
}

/** `lab ssh`: opens a shell on a machine, or runs a command there. Ends with the exit code of ssh. */
export async function labSshVerb(machine: string, command: string[], options: NameOption): VerbResult {
  const { labSsh } = await import('../lab/lab-ssh.ts')
  return labSsh(folderOf(options), machine, command)
}

/** `lab bundle`: makes a stand-in bundle, by default in the lab's folder. */
export async function labBundleVerb(
  dir: string | undefined,
  options: NameOption & { k3sVersion?: string },
): VerbResult {
  const { makeBundle } = await import('../lab/make-bundle.ts')
  const { labPaths } = await import('../lab/lab-identity.ts')
  const stateDir = folderOf(options)
  await makeBundle(dir ?? labPaths(stateDir).bundle, options.k3sVersion, progress)
  next(`convecthub plan -i ${shown(join(stateDir, 'inv.toml'))}`)
  return 'ok'
}

function folderOf({ name }: NameOption): string {
  return join(process.cwd(), name)
}

function nameFlag({ name }: NameOption): string {
  return name === 'lab' ? '' : ` --name ${name}`
}

function shown(path: string): string {
  return relative(process.cwd(), path)
}

/** Prints progress to stderr, since stdout is for results. */
function progress(line: string): void {
  process.stderr.write(`${line}\n`)
}

function next(command: string): void {
  process.stderr.write(`next: ${command}\n`)
}

function table({ machines, bundle }: LabStatus): string[] {
  const rows = machines.map(({ name, address, state, sshd }) => [
    name,
    address,
    state,
    sshd ? 'answers' : 'silent',
  ])
  return [...columns([['MACHINE', 'ADDRESS', 'STATE', 'SSHD'], ...rows]), `bundle: ${bundle}`]
}
