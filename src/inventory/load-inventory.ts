import type { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { Files } from './files.ts'
import { finishInventory } from './finish-inventory.ts'
import { guardFiles } from './guard-files.ts'
import type { Inventory, Vars } from './inventory.ts'
import { emptyBuilder } from './inventory-builder.ts'
import { collect, throwAll } from './problems.ts'
import { readSource } from './read-source.ts'
import { sourceExcerpts } from './source-excerpts.ts'
import { readExtraVars } from './vars/extra-vars.ts'
import { varsFolders } from './vars/vars-folders.ts'
import { vaultOpener } from './vault/vault-opener.ts'

/** What loadInventory() reads. */
export interface LoadOptions {
  /** The `-i` values: files, directories, and host lists such as `h1,h2,`. */
  sources: readonly string[]
  /** The `-e` values in the order given. */
  extraVars?: readonly string[]
  /** Called at most once, when the first vaulted text is read. */
  vaultPassword?: () => Secret | undefined
  /** The folder that relative sources are resolved against. */
  cwd: string
  files: Files
}

/**
 * Reads an inventory exactly as Ansible does, but refuses what Ansible only warns about or skips. The rules were found
 * by running Ansible and are in test/inventory/rules.md; docs/inventory-differences.md lists all differences.
 * @throws ConvecthubError or ConvecthubErrors with exit `inventory` and codes that start with `INVENTORY_`.
 */
export function loadInventory(options: LoadOptions): Inventory {
  const { sources, extraVars = [], vaultPassword, cwd } = options
  const files = guardFiles(options.files)
  const problems: ConvecthubError[] = []
  const texts = new Map<string, string>()
  const context = { cwd, files, openVault: vaultOpener(vaultPassword), texts }
  const builder = emptyBuilder()
  const places = sources.map((source) =>
    collect(problems, () => readSource(builder, source, context, problems)),
  )
  const extra: Vars = collect(problems, () => readExtraVars(extraVars, context)) ?? new Map()
  const folders = varsFolders(
    places.filter((place) => place !== undefined),
    { ...context, strictErrors: builder.strictErrors, problems },
  )
  const finished = collect(problems, () =>
    finishInventory(builder, sources, { files: folders, extra }, problems),
  )
  const excerpts = sourceExcerpts(texts)
  throwAll(problems.map(excerpts.error))
  return {
    ...(finished as NonNullable<typeof finished>),
    texts,
    warnings: builder.warnings.map(excerpts.warning),
    strictErrors: builder.strictErrors.map(excerpts.error),
  }
}
