import { existsSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { resolveText } from '../inventory/vars/resolve-text.ts'

/**
 * Checks that the JupyterHub values of the inventory exist; what is in them is for readJhubConfig. A relative path counts
 * from the folder of the inventory's first source. Errors: JHUB_CONFIG, at the line of jhub_config_path, and those of
 * resolveText.
 */
export function checkJhubConfig({ hosts, sources: [source = '.'] }: Inventory): void {
  const host = [...hosts.values()].find(({ vars }) => vars.has('jhub_config_path'))
  const setting = host?.vars.get('jhub_config_path')
  const path = host && setting && resolveText(host, setting)
  if (!path) return
  const folder = !existsSync(source) ? '.' : statSync(source).isDirectory() ? source : dirname(source)
  if (existsSync(resolve(folder, path))) return
  throw new ConvecthubError('JHUB_CONFIG', `jhub_config_path: ${path} does not exist`, {
    origin: setting.origin,
    hint: 'create it (values for the JupyterHub chart), correct the path, or delete the line',
  })
}
