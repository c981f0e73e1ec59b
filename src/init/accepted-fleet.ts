import { basename } from 'node:path'
import { type CheckedFleet, checkFleet } from '../fleet/check-fleet.ts'
import type { TargetOptions } from '../fleet/make-target.ts'
import type { AnsibleConfig } from '../inventory/ansible-config.ts'
import type { Files } from '../inventory/files.ts'
import { loadInventory } from '../inventory/load-inventory.ts'
import { throwAll } from '../inventory/problems.ts'
import { type InventoryRecord, inventoryText } from '../inventory/write-inventory.ts'

/**
 * Checks an inventory before it is written. Throws the errors that `inventory check` would report; its JupyterHub values
 * are not looked at, because they are written together with it.
 */
export function acceptedFleet(
  file: string,
  record: InventoryRecord,
  config: AnsibleConfig | undefined,
  options: TargetOptions,
): CheckedFleet {
  const name = basename(file)
  const settings = record.settings.filter((setting) => setting.name !== 'jhub_config_path')
  const bytes = new TextEncoder().encode(inventoryText({ ...record, settings }))
  const files: Files = {
    read: (path) => (path === `/${name}` ? bytes : undefined),
    kind: (path) => (path === `/${name}` ? 'file' : undefined),
    list: () => [],
    executable: () => false,
  }
  const inventory = loadInventory({ sources: [name], cwd: '/', files })
  const fleet = checkFleet({ inventory, config }, options)
  throwAll([...fleet.errors, ...fleet.unfit])
  return fleet
}
