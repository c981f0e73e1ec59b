import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { resolve } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { type AnsibleConfig, ansibleConfig } from '../inventory/ansible-config.ts'
import { doubtfulFile } from '../inventory/doubtful-file.ts'
import type { Inventory, Warning } from '../inventory/inventory.ts'
import { loadInventory } from '../inventory/load-inventory.ts'
import { nodeFiles } from '../inventory/node-files.ts'
import { MASK } from '../secret.ts'
import { type VaultOptions, vaultPassword } from './vault-password.ts'

/** The options that select the inventory. */
export interface InventoryOptions extends VaultOptions {
  inventory?: string[]
  extraVars?: string[]
}

/** Gets warnings while something is read, so that they are told also when an error follows. */
export type Warn = (warnings: readonly Warning[]) => void

/** An inventory, and the ansible.cfg that goes with it. */
export interface InventoryInput {
  inventory: Inventory
  config: AnsibleConfig | undefined
}

/**
 * Reads the inventory that the options select. Errors: USAGE, and those of ansibleConfig, inventorySources,
 * vaultPassword and loadInventory.
 */
export async function readInventory(options: InventoryOptions, warn: Warn): Promise<InventoryInput> {
  // the rest of the text may be secret too, so the error does not quote it
  if (options.extraVars?.some((text) => text.split(/[=:"\s}]+/).includes(MASK)))
    throw new ConvecthubError('USAGE', `-e: ${MASK} only stands for a secret`, {
      hint: 'put the secret in its place, or leave -e out and be asked with -k or -K',
    })
  const config = readConfig(warn)
  const sources = inventorySources(options, config)
  const { run: _run, ...withoutPrograms } = nodeFiles
  const password = await vaultPassword(options, config)
  const inventory = loadInventory({
    sources,
    extraVars: options.extraVars ?? [],
    vaultPassword: () => password,
    cwd: process.cwd(),
    // runs an inventory program only when -i names it
    files: options.inventory ? nodeFiles : withoutPrograms,
  })
  return { inventory, config }
}

/** Reads the ansible.cfg that applies. Warns when ./ansible.cfg is not trusted. Error: INVENTORY_ANSIBLE_CONFIG. */
export function readConfig(warn: Warn): AnsibleConfig | undefined {
  const doubt = existsSync('ansible.cfg') ? doubtfulFile(resolve('ansible.cfg')) : undefined
  if (doubt && !process.env.ANSIBLE_CONFIG)
    warn([
      {
        code: 'CONFIG_NOT_USED',
        message: `it is not used: ${doubt}`,
        origin: { file: './ansible.cfg' },
        hint: 'to use it, set ANSIBLE_CONFIG=./ansible.cfg',
      },
    ])
  return ansibleConfig({ cwd: process.cwd(), home: homedir(), env: process.env, files: nodeFiles })
}

/** The values of `-i`, else those of ansible.cfg, else ./inv.toml. Error: NO_INVENTORY. */
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
