import { resolve } from 'node:path'
import type { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { type Draft, newDraft } from './draft.ts'
import { readExtraVars } from './extra-vars.ts'
import type { Files } from './files.ts'
import { finishInventory } from './finish-inventory.ts'
import { readHostList } from './host-list.ts'
import { readIniSource } from './ini-source.ts'
import type { Inventory } from './inventory.ts'
import { collect, problem, throwAll } from './problems.ts'
import { decodeText } from './source-lines.ts'

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
 * Reads an inventory exactly as Ansible does, value for value, and refuses what Ansible only warns about.
 * @throws ConvecthubError or ConvecthubErrors, all of exit `inventory`; codes start with `inventory-`.
 */
export function loadInventory(options: LoadOptions): Inventory {
  const problems: ConvecthubError[] = []
  const draft = newDraft()
  for (const source of options.sources) collect(problems, () => readSource(draft, source, options, problems))
  const extra = collect(problems, () => readExtraVars(options.extraVars ?? [], options)) ?? new Map()
  const outer = { files: () => [], extra }
  const inventory = collect(problems, () => finishInventory(draft, options.sources, outer, problems))
  throwAll(problems)
  return inventory as Inventory
}

function readSource(
  draft: Draft,
  source: string,
  { cwd, files }: LoadOptions,
  problems: ConvecthubError[],
): void {
  const path = resolve(cwd, source)
  const kind = files.kind(path)
  if (kind === undefined && source.includes(',')) {
    readHostList(draft, source, problems)
    return
  }
  const bytes = files.read(path)
  if (bytes === undefined)
    throw problem('not-found', `there is no inventory ${source}`, { origin: { file: source } })
  readIniSource(draft, decodeText(bytes, source), source, problems)
}
