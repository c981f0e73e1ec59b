import { join, relative } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { LabEvent } from '../lab/lab-event.ts'
import type { LabStatus } from '../lab/lab-status.ts'

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

/** The commands of the verb `lab`: disposable machines on the local Docker engine, to try everything on. */
export function labCommands(lab: Command): Command {
  const named = (name: string) =>
    lab.command(name).option('--name <name>', 'which lab; its folder is ./<name>', 'lab')

  named('up')
    .description('start machines; what runs already is left as it is')
    .option('--machines <n>', 'how many machines', count, 3)
    .option('--drivers <n>', 'how many of them are drivers', count, 1)
    .option('--install-docker', 'install and start Docker when it is missing (as root)')
    .option('--base <image>', 'base image of the machines')
    .option('--k3s-version <version>', 'version that the stand-in K3s shows')
    .action(up)
  named('down')
    .description('remove the machines and all that belongs to them')
    .option('--image', "also remove the machines' image")
    .action(down)
  named('status').description('show the machines').action(status)
  named('ssh')
    .description('log in to a machine, or run a command there')
    .argument('<machine>', 'such as driver1')
    .argument('[command...]', 'after --')
    .action(ssh)
  named('bundle')
    .description('make a stand-in bundle: small programs that act like K3s and Helm')
    .argument('[dir]', 'where; without it the folder shared/bin of the lab')
    .option('--k3s-version <version>', 'version that the stand-in K3s shows')
    .action(bundle)
  return lab
}

async function up(options: UpOptions): Promise<void> {
  const { labUp } = await import('../lab/lab-up.ts')
  const { labStatus } = await import('../lab/lab-status.ts')
  const stateDir = folderOf(options)
  await labUp({ ...options, stateDir }, progress)
  const state = await labStatus(stateDir)
  process.stdout.write(table(state))
  next(`convecthub ping -i ${shown(join(stateDir, 'inv.toml'))}`)
}

async function down(options: NameOption & { image?: boolean }): Promise<void> {
  const { labDown } = await import('../lab/lab-down.ts')
  await labDown({ stateDir: folderOf(options), ...(options.image && { image: true }) }, progress)
  next(`convecthub lab up${nameFlag(options)}`)
}

async function status(options: NameOption): Promise<void> {
  const { labStatus } = await import('../lab/lab-status.ts')
  const { EXIT } = await import('../exit-codes.ts')
  const state = await labStatus(folderOf(options))
  process.stdout.write(table(state))
  const well = state.machines.length > 0 && state.machines.every(({ sshd }) => sshd)
  if (!well) process.exitCode = EXIT.differs.code
  next(
    well
      ? `convecthub ping -i ${shown(join(folderOf(options), 'inv.toml'))}`
      : `convecthub lab up${nameFlag(options)}`,
  )
}

async function ssh(machine: string, command: string[], options: NameOption): Promise<void> {
  const { labSsh } = await import('../lab/lab-ssh.ts')
  process.exitCode = await labSsh(folderOf(options), machine, command)
}

async function bundle(dir: string | undefined, options: NameOption & { k3sVersion?: string }): Promise<void> {
  const { makeBundle } = await import('../lab/make-bundle.ts')
  const { labPaths } = await import('../lab/lab-identity.ts')
  const stateDir = folderOf(options)
  await makeBundle(dir ?? labPaths(stateDir).bundle, options.k3sVersion, progress)
  next(`convecthub plan -i ${shown(join(stateDir, 'inv.toml'))}`)
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

/** Progress goes to stderr: stdout is for results. */
function progress({ text, done, total }: LabEvent): void {
  const counted = total === undefined ? '' : `[${done}/${total}] `
  process.stderr.write(`${counted}${text}\n`)
}

function next(command: string): void {
  process.stderr.write(`next: ${command}\n`)
}

function table({ machines, bundle }: LabStatus): string {
  const rows = machines.map(({ name, address, state, sshd }) => [
    name,
    address,
    state,
    sshd ? 'answers' : 'silent',
  ])
  const all = [['MACHINE', 'ADDRESS', 'STATE', 'SSHD'], ...rows]
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => (row[column] ?? '').length)))
  const line = (row: string[]) =>
    row
      .map((cell, at) => cell.padEnd(widths[at] ?? 0))
      .join('  ')
      .trimEnd()
  return `${all.map(line).join('\n')}\nbundle: ${bundle}\n`
}

function count(text: string): number {
  if (!/^[0-9]+$/.test(text)) throw new InvalidArgumentError('a whole number is needed.')
  return Number(text)
}
