import { randomBytes } from 'node:crypto'
import { accessSync, constants, existsSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { HUB_VALUES_FILE, HUB_VALUES_TEXT } from './hub-values.ts'

/** The files that `init` writes. */
export interface NewFiles {
  inventory: string
  hubValues: string
  /** There is a file with values already, which stays as it is. */
  keepsHubValues: boolean
  /** An inventory that is there may be replaced. */
  force: boolean
}

/** Checks where the files are to be written, before anything is asked. Errors: FILE_EXISTS, USAGE. */
export function newFiles(inventory: string, force: boolean): NewFiles {
  const folder = dirname(inventory)
  const wrong = (why: string, hint: string) =>
    new ConvecthubError('USAGE', `-i ${inventory}: ${why}`, { hint })
  if (!existsSync(folder)) throw wrong(`there is no folder ${folder}`, `mkdir -p ${folder}`)
  if (!statSync(folder).isDirectory()) throw wrong(`${folder} is not a folder`, 'name another place with -i')
  if (existsSync(inventory)) {
    if (statSync(inventory).isDirectory())
      throw wrong('it is a folder', `name a file in it: -i ${join(inventory, 'inv.toml')}`)
    if (!force)
      throw new ConvecthubError('FILE_EXISTS', `${inventory} is there already; it was not changed`, {
        hint: 'name another file with -i, or write over it with --force, which keeps its convect_token',
      })
  }
  try {
    accessSync(folder, constants.W_OK)
  } catch {
    throw wrong(`you may not write to the folder ${folder}`, 'name another place with -i')
  }
  const hubValues = join(folder, HUB_VALUES_FILE)
  return { inventory, hubValues, keepsHubValues: existsSync(hubValues), force }
}

/** Writes the files, readable only by their owner; the inventory last, and at once. Error: USAGE. */
export function writeFiles({ inventory, hubValues, keepsHubValues, force }: NewFiles, text: string): void {
  try {
    if (!keepsHubValues) writeNew(hubValues, HUB_VALUES_TEXT)
    if (!force) {
      writeNew(inventory, text)
      return
    }
    const temporary = `${inventory}.${randomBytes(4).toString('hex')}`
    writeNew(temporary, text)
    renameSync(temporary, inventory)
  } catch (cause) {
    throw new ConvecthubError('USAGE', `${inventory} cannot be written: ${systemReason(cause)}`, {
      cause,
      hint: 'name another place with -i',
    })
  }
}

function writeNew(file: string, text: string): void {
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' })
}
