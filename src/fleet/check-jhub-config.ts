import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import type { Inventory } from '../inventory/inventory.ts'

/**
 * Checks that the JupyterHub values of the inventory exist; what is in them is for readJhubConfig. A relative path counts
 * from the folder of the inventory's first source. Error: JHUB_CONFIG, at the line of jhub_config_path.
 */
export function checkJhubConfig(
  { hosts, sources: [source = '.'] }: Inventory,
  path: string | undefined,
): void {
  if (!path) return
  const folder = !existsSync(source) ? '.' : statSync(source).isDirectory() ? source : dirname(source)
  if (existsSync(resolve(folder, path))) return
  const origin = [...hosts.values()].map(({ vars }) => vars.get('jhub_config_path')?.origin).find(Boolean)
  throw new ConvecthubError('JHUB_CONFIG', `jhub_config_path: ${path} does not exist`, {
    ...(origin && { origin }),
    hint: 'create it (values for the JupyterHub chart), correct the path, or delete the line',
  })
}
