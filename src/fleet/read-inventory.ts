import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { type AnsibleConfig, ansibleConfig } from '../inventory/ansible-config.ts'
import { doubtfulFile } from '../inventory/doubtful-file.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load-inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { tellWarning } from '../ui/warn.ts'
import { MASK } from './command-line.ts'
import { type VaultOptions, vaultPassword } from './vault-password.ts'

/** The options that say what to read. */
export interface InventoryOptions extends VaultOptions {
  inventory?: string[]
  extraVars?: string[]
}

/** An inventory, and the ansible.cfg that goes with it. */
export interface InventoryInput {
  inventory: Inventory
  config: AnsibleConfig | undefined
}

/** Reads the inventory by the options. Errors: USAGE, those of ansibleConfig, inventorySources, vaultPassword and loadInventory. */
export async function readInventory(options: InventoryOptions): Promise<InventoryInput> {
  // what stands beside it may be secret as well, so the text is not shown
  if (options.extraVars?.some((text) => text.split(/[=:"\s}]+/).includes(MASK)))
    throw new ConvecthubError('USAGE', `-e: ${MASK} only stands for a secret`, {
      hint: 'put the secret in its place, or leave -e out and be asked with -k or -K',
    })
  const config = readConfig()
  const sources = inventorySources(options, config)
  const { run: _run, ...withoutPrograms } = nodeFiles
  const password = await vaultPassword(options, config)
  const inventory = loadInventory({
    sources,
    extraVars: options.extraVars ?? [],
    vaultPassword: () => password,
    cwd: process.cwd(),
    // a program is only run when it was named
    files: options.inventory ? nodeFiles : withoutPrograms,
  })
  return { inventory, config }
}

/** The ansible.cfg that counts here; one that is not trusted is told. Error: INVENTORY_ANSIBLE_CONFIG. */
export function readConfig(): AnsibleConfig | undefined {
  const doubt = existsSync('ansible.cfg') ? doubtfulFile(resolve('ansible.cfg')) : undefined
  if (doubt && !process.env.ANSIBLE_CONFIG)
    tellWarning(`./ansible.cfg is not used: ${doubt}; to use it, set ANSIBLE_CONFIG=./ansible.cfg`)
  return ansibleConfig({ cwd: process.cwd(), home: homedir(), env: process.env, files: nodeFiles })
}

/** The `-i` values, or what ansible.cfg names, or ./inv.toml. Error: NO_INVENTORY. */
function inventorySources({ inventory }: InventoryOptions, config: AnsibleConfig | undefined): string[] {
  if (inventory) return inventory
  if (config?.inventory) return config.inventory
  const there = existsSync('inv.toml')
  const doubt = there ? doubtfulFile(resolve('inv.toml')) : undefined
  if (doubt)
    throw new ConvecthubError('NO_INVENTORY', `./inv.toml is not read by default: ${doubt}`, {
      hint: 'if you trust what is in it, name it with -i inv.toml',
    })
  if (there) return ['inv.toml']
  throw new ConvecthubError('NO_INVENTORY', 'no inventory: there is no ./inv.toml', {
    hint: 'name one with -i, make one with `convecthub init`, or try `convecthub lab up` for machines to play with',
  })
}
