import { randomBytes } from 'node:crypto'
import { existsSync, renameSync, writeFileSync } from 'node:fs'
import { ConvecthubError } from '../errors.ts'
import { askPassphrase, askPasswords, hostQuestions, unlockKeys } from '../fleet/ask-secrets.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { readConfig } from '../fleet/read-inventory.ts'
import { acceptedFleet } from '../init/accepted-fleet.ts'
import { completedRecord, newRecord } from '../init/init-record.ts'
import { lookAtMachines, type Seen } from '../init/look-at-machines.ts'
import { withRoles } from '../init/machine-wish.ts'
import { wishedMachines } from '../init/wished-machines.ts'
import { type InventoryRecord, inventoryText } from '../inventory/write-inventory.ts'
import { Shared } from '../transport/shared.ts'
import { ask } from '../ui/ask.ts'
import { formatError } from '../ui/format-error.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, count, style } from '../ui/style.ts'
import { warn } from '../ui/warn.ts'
import type { VerbResult } from './verb.ts'

interface Options extends Pick<CommonOptions, 'askPass' | 'askBecomePass' | 'acceptNewHostKeys' | 'timeout'> {
  inventory: string
  host?: string[]
  user?: string
  key?: string
  yes?: boolean
  force?: boolean
}

/**
 * `init`: asks for machines, inspects each over SSH, and writes an inventory. Errors: FILE_EXISTS, NOT_CONFIRMED, those
 * of wishedMachines, and those of acceptedFleet.
 */
export async function initVerb(options: Options): VerbResult {
  const file = options.inventory
  if (existsSync(file) && !options.force)
    throw new ConvecthubError('FILE_EXISTS', `${file} is there already; it was not changed`, {
      hint: 'name another file with -i, or write over it with --force, which keeps its convect_token',
    })
  const wishes = withRoles(await wishedMachines(options))
  const questions = options.yes !== true
  const record = newRecord(file, wishes, {
    user: options.user ?? (questions ? await orNothing('User on the machines (yours): ') : undefined),
    keyFile: options.key ?? (questions ? await orNothing('Private key (those that ssh tries): ') : undefined),
  })
  const config = readConfig(warn)
  // log in with the settings of the new inventory, which proves that they work
  const fleet = acceptedFleet(file, record, config, options, await askPasswords(options))
  const shared = new Shared(askPassphrase, hostQuestions())
  await unlockKeys([...fleet.targets.values()], shared)
  process.stderr.write(`looking at ${count(wishes.length, 'machine')}\n`)
  const seen = await lookAtMachines(fleet.targets.values(), shared)
  const found = completedRecord(record, wishes, fleet.cluster?.hosts ?? [], seen)
  acceptedFleet(file, found, config, options)
  showMachines(found, seen)
  if (questions && !/^(y|yes|)$/i.test((await ask(`Write ${file}? (yes) `)).trim()))
    throw new ConvecthubError('NOT_CONFIRMED', 'nothing was written')
  write(file, inventoryText(found), options.force ?? false)
  process.stdout.write(`${file} written. Next: convecthub ping -i ${file}\n`)
  return 'ok'
}

async function orNothing(question: string): Promise<string | undefined> {
  return (await ask(question)).trim() || undefined
}

function showMachines(
  { machines }: InventoryRecord,
  seen: ReadonlyMap<string, Seen | ConvecthubError>,
): void {
  const rows = machines.map(({ name, role, address, iface, gpu, notes }) => {
    const reached = !(seen.get(name) instanceof ConvecthubError)
    return [name, role, address, iface ?? '', gpu ? 'GPU' : '', reached ? (notes[0] ?? '') : 'not reached']
  })
  printLines(columns(rows), process.stderr)
  const paint = style(process.stderr, true)
  for (const error of seen.values())
    if (error instanceof ConvecthubError) process.stderr.write(`${formatError(error, paint)}\n`)
}

/** Writes the file atomically, readable only by its owner. */
function write(file: string, text: string, force: boolean): void {
  if (!force) {
    writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
    return
  }
  const temporary = `${file}.${randomBytes(4).toString('hex')}`
  writeFileSync(temporary, text, { mode: 0o600, flag: 'wx' })
  renameSync(temporary, file)
}
