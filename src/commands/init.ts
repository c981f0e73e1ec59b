import { ConvecthubError } from '../errors.ts'
import { askPassphrase, askPasswords, hostQuestions, unlockKeys } from '../fleet/ask-secrets.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type Passwords, withPasswords } from '../fleet/make-target.ts'
import { readConfig } from '../fleet/read-inventory.ts'
import { acceptedFleet } from '../init/accepted-fleet.ts'
import { enroll } from '../init/enroll.ts'
import { HUB_VALUES_TEXT } from '../init/hub-values.ts'
import { completedRecord, newRecord } from '../init/init-record.ts'
import { lookAtMachines, type Seen } from '../init/look-at-machines.ts'
import { placeText } from '../init/machine-wish.ts'
import { type NewFiles, newFiles, writeFiles } from '../init/new-files.ts'
import { review } from '../init/review.ts'
import { firstWishes, type Wishes, type WishOptions } from '../init/wishes.ts'
import type { AnsibleConfig } from '../inventory/ansible-config.ts'
import { flatErrors } from '../inventory/problems.ts'
import { type InventoryRecord, inventoryText } from '../inventory/write-inventory.ts'
import { Shared } from '../transport/shared.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, count } from '../ui/style.ts'
import { tellErrors } from '../ui/tell-errors.ts'
import { warn } from '../ui/warn.ts'
import type { VerbResult } from './verb.ts'

type LoginOptions = Pick<CommonOptions, 'askPass' | 'askBecomePass' | 'acceptNewHostKeys' | 'timeout'>

interface Options extends LoginOptions, WishOptions {
  inventory: string
  force?: boolean
}

/** How to log in. */
interface Login {
  options: Options
  config: AnsibleConfig | undefined
  passwords: Passwords
}

/** What was found on the machines, or the errors for which nothing can be written. */
interface Look {
  record: InventoryRecord
  seen: ReadonlyMap<string, Seen | ConvecthubError>
  errors: readonly ConvecthubError[]
}

/**
 * `init`: asks for machines, inspects each over SSH, and writes an inventory and a file for JupyterHub values. What is
 * wrong can be corrected until it is written. Errors: NOT_CONFIRMED, those of newFiles, firstWishes and askPasswords;
 * with `--yes` also those of acceptedFleet, unlockKeys and enroll.
 */
export async function initVerb(options: Options): VerbResult {
  const files = newFiles(options.inventory, options.force ?? false)
  const { inventory, hubValues, keepsHubValues } = files
  const asks = options.yes !== true
  let wishes = await firstWishes(options)
  const login = { options, config: readConfig(warn), passwords: await askPasswords(options) }
  const written = keepsHubValues ? inventory : `${inventory} and ${hubValues}`
  const newShared = () => new Shared(askPassphrase, hostQuestions())
  let shared = newShared()
  // the text of the values is always the same, so it is shown in full only once
  let shown = false
  for (;;) {
    const { record, seen, errors } = await look(inventory, wishes, login, shared)
    // a wrong passphrase is remembered there
    if (errors.length > 0) shared = newShared()
    if (asks && errors.length === 0) {
      showFiles(files, record, { whole: !shown })
      shown = true
    }
    showMachines(record, seen, asks)
    tellErrors(errors, true)
    const answer = asks ? await review(wishes, errors.length === 0 ? written : undefined) : 'write'
    if (answer === 'write') {
      writeFiles(files, inventoryText(record))
      break
    }
    wishes = answer
    // sending a refused password again could lock the account
    if ([...seen.values()].some(isRefusal)) login.passwords = await askPasswords(options)
  }
  const kept = keepsHubValues ? `; ${hubValues} was there already and is kept` : ''
  process.stdout.write(`${written} written${kept}. Next: convecthub ping -i ${inventory}\n`)
  return 'ok'
}

const REFUSALS = ['AUTH', 'SECOND_FACTOR', 'SUDO_PASSWORD_WRONG']

/** True if a machine may have refused a password. */
function isRefusal(seen: Seen | ConvecthubError): boolean {
  return seen instanceof ConvecthubError && REFUSALS.includes(seen.code)
}

/** Logs in with the settings of the new inventory, which proves that they work. Throws the errors only with `--yes`. */
async function look(
  file: string,
  wishes: Wishes,
  { options, config, passwords }: Login,
  shared: Shared,
): Promise<Look> {
  const asks = options.yes !== true
  const record = newRecord(file, wishes)
  try {
    const fleet = acceptedFleet(file, record, config, options)
    const targets = [...fleet.targets.values()].map((target) => withPasswords(target, passwords))
    await unlockKeys(targets, shared)
    await enroll(
      targets.filter(({ hostKeyChecking }) => hostKeyChecking === 'yes'),
      shared,
      { asks },
    ).catch(ignoreNo)
    process.stderr.write(`looking at ${count(targets.length, 'machine')}\n`)
    const seen = await lookAtMachines(targets, shared)
    const found = completedRecord(record, wishes.machines, fleet.cluster?.hosts ?? [], seen)
    acceptedFleet(file, found, config, options)
    return { record: found, seen, errors: [] }
  } catch (error) {
    const errors = flatErrors(error)
    if (!asks || errors.some(({ code }) => code === 'INTERRUPTED' || code === 'NO_ANSWER')) throw error
    return { record, seen: new Map(), errors }
  }
}

/** After a no to the host keys, their machines are shown as not reached. */
function ignoreNo(error: unknown): void {
  if (!(error instanceof ConvecthubError && error.code === 'NOT_CONFIRMED')) throw error
}

/** Shows what would be written: the inventory without its comments and its secret, and the values, `whole` or named. */
function showFiles(
  { inventory, hubValues, keepsHubValues }: NewFiles,
  record: InventoryRecord,
  { whole }: { whole: boolean },
): void {
  const barred = (lines: readonly string[]) => lines.map((line) => `  | ${line}`.trimEnd())
  const lines = inventoryText(record)
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.replace(/^convect_token=.*/, 'convect_token=***'))
  const values = keepsHubValues
    ? [`${hubValues}: is there already and stays as it is`]
    : [
        `${hubValues}: examples in comments; sets nothing yet`,
        ...(whole ? barred(HUB_VALUES_TEXT.trimEnd().split('\n')) : []),
      ]
  printLines([...values, `${inventory}:`, ...barred(lines), ''], process.stderr)
}

/** The list that review() refers to: the user's answers, and what was found. */
function showMachines({ machines, user, keyFile }: InventoryRecord, seen: Look['seen'], asks: boolean): void {
  const rows = machines.map(({ name, role, address, port, iface, gpu, notes }, i) => {
    const reached = !(seen.get(name) instanceof ConvecthubError)
    return [
      String(i + 1),
      name,
      role,
      placeText(port === undefined ? { address } : { address, port }),
      iface ?? '',
      gpu ? 'GPU' : '',
      reached ? (notes[0] ?? '') : 'not reached',
    ]
  })
  const login = `SSH user: ${user ?? 'your own name'}; private key: ${keyFile ?? "ssh's defaults"}`
  printLines([...columns(rows), login], process.stderr)
  const failed = [...seen.values()].filter((each) => each instanceof ConvecthubError)
  tellErrors(failed, true)
  if (failed.length > 0 && asks) printLines([notReached(failed.length)], process.stderr)
}

function notReached(number: number): string {
  const [were, them, they] = number === 1 ? ['was', 'it', 'it is'] : ['were', 'them', 'they are']
  return `${count(number, 'machine')} ${were} not reached: "again" tries ${them} again, "yes" keeps ${them} as ${they}.`
}
