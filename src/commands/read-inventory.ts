import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { ConvecthubError } from '../errors.ts'
import { type AnsibleConfig, ansibleConfig } from '../inventory/ansible-config.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load-inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
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

/** Reads the inventory by the options. Errors: those of ansibleConfig, inventorySources, vaultPassword and loadInventory. */
export async function readInventory(options: InventoryOptions): Promise<InventoryInput> {
  const config = readConfig()
  const sources = inventorySources(options, config)
  const password = await vaultPassword(options, config)
  const inventory = loadInventory({
    sources,
    extraVars: options.extraVars ?? [],
    vaultPassword: () => password,
    cwd: process.cwd(),
    files: nodeFiles,
  })
  return { inventory, config }
}

/** The ansible.cfg that counts here. Error: inventory-ansible-config. */
export function readConfig(): AnsibleConfig | undefined {
  return ansibleConfig({ cwd: process.cwd(), home: homedir(), env: process.env, files: nodeFiles })
}

/** The `-i` values, or what ansible.cfg names, or ./inv.toml. Error: NO_INVENTORY. */
function inventorySources({ inventory }: InventoryOptions, config: AnsibleConfig | undefined): string[] {
  if (inventory) return inventory
  if (config?.inventory) return config.inventory
  if (existsSync('inv.toml')) return ['inv.toml']
  throw new ConvecthubError('NO_INVENTORY', 'inventory', 'no inventory: there is no ./inv.toml', {
    hint: 'name one with -i, make one with `convecthub init`, or try `convecthub lab up` for machines to play with',
  })
}
