import { existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, resolve, sep } from 'node:path'
import { parse } from 'yaml'
import { type Bundle, loadBundle } from '../artifacts/load-bundle.ts'
import { ConvecthubError } from '../errors.ts'
import type { CommonOptions } from './common-options.ts'
import type { FleetInput } from './read-fleet.ts'

/** The other files that a run needs, checked before any machine is contacted. */
export async function readWishes(
  fleet: FleetInput,
  options: CommonOptions,
): Promise<{ bundle: Bundle; jhubConfig: string }> {
  const folder = inventoryFolder(fleet)
  const jhubConfig = readJhubConfig(fleet.cluster.jhubConfigPath, folder)
  return { bundle: await loadBundle(options.bundle ?? join(folder, 'shared/bin')), jhubConfig }
}

/** Where relative paths of the inventory count from: the folder of its first source. */
function inventoryFolder({ inventory }: FleetInput): string {
  const [source = '.'] = inventory.sources
  if (!existsSync(source)) return process.cwd()
  return resolve(statSync(source).isDirectory() ? source : dirname(source))
}

/** The text of jhub_config_path. Error: JHUB_CONFIG when it is not there, somebody else's, or not a YAML mapping. */
function readJhubConfig(path: string | undefined, folder: string): string {
  if (!path) return ''
  const file = resolve(folder, path)
  try {
    // its text goes to the machines: an inventory must not be able to send off any file of this computer
    const real = realpathSync(file)
    const beside = real.startsWith(`${realpathSync(folder)}${sep}`)
    if (!beside && statSync(real).uid !== process.getuid?.())
      throw new Error(`${real} belongs to another user and is outside the folder of the inventory`)
    const text = readFileSync(real, 'utf8')
    const values = parse(text)
    if (values !== null && (typeof values !== 'object' || Array.isArray(values)))
      throw new Error('it is not a mapping')
    return text
  } catch (cause) {
    throw new ConvecthubError(
      'JHUB_CONFIG',
      'input',
      `jhub_config_path: ${(cause as Error).message.split('\n')[0]}`,
      {
        cause,
        origin: { file },
        hint: 'it must be a YAML file with values for the JupyterHub chart, in the folder of the inventory or your own',
      },
    )
  }
}
