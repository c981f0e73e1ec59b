import type { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Files } from './files.ts'
import { finishInventory } from './finish-inventory.ts'
import { guardFiles } from './guard-files.ts'
import type { Inventory, Vars } from './inventory.ts'
import { newDraft } from './inventory-builder.ts'
import { collect, throwAll } from './problems.ts'
import { readSource } from './read-source.ts'
import { readExtraVars } from './vars/extra-vars.ts'
import { varsFolders } from './vars/vars-folders.ts'
import { vaultOpener } from './vault/vault-opener.ts'

/** What to read, and with what. */
export interface LoadOptions {
  /** The `-i` values: files, directories, and host lists such as `h1,h2,`. */
  sources: readonly string[]
  /** The `-e` values in their order. */
  extraVars?: readonly string[]
  /** Asked once, when something vaulted is met. */
  vaultPassword?: () => Secret | undefined
  /** Relative sources count from here. */
  cwd: string
  files: Files
}

/**
 * Reads an inventory exactly as Ansible does, value for value, and refuses what Ansible only warns about or half
 * reads; differences.ts lists where the two part. The rules, found by running Ansible: test/inventory/rules.md.
 * @throws ConvecthubError or ConvecthubErrors, all of exit `inventory`; their codes start with `INVENTORY_`.
 */
export function loadInventory(options: LoadOptions): Inventory {
  const { sources, extraVars = [], vaultPassword, cwd } = options
  const files = guardFiles(options.files)
  const problems: ConvecthubError[] = []
  const context = { cwd, files, openVault: vaultOpener(vaultPassword) }
  const builder = newDraft()
  const places = sources.map((source) =>
    collect(problems, () => readSource(builder, source, context, problems)),
  )
  const extra: Vars = collect(problems, () => readExtraVars(extraVars, context)) ?? new Map()
  const folders = varsFolders(
    places.filter((place) => place !== undefined),
    { ...context, strictErrors: builder.strictErrors, problems },
  )
  const inventory = collect(problems, () =>
    finishInventory(builder, sources, { files: folders, extra }, problems),
  )
  throwAll(problems)
  return inventory as Inventory
}
