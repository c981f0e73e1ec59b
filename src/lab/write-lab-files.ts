import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, readFile, rename, writeFile } from 'node:fs/promises'
import { inventoryCovers, inventoryText, inventoryToken, valuesText } from './inventory-text.ts'
import { labPaths } from './lab-identity.ts'
import type { Machine } from './plan-machines.ts'

/**
 * Writes known_hosts, the inventory unless it names every machine already, and the values unless they exist. Returns
 * whether it wrote the inventory.
 */
export async function writeLabFiles(
  stateDir: string,
  machines: readonly Machine[],
  hostKeys: readonly string[],
): Promise<boolean> {
  const paths = labPaths(stateDir)
  await writeFile(paths.knownHosts, hostKeys.map((line) => `${line}\n`).join(''))
  const old = existsSync(paths.inventory) ? await readFile(paths.inventory, 'utf8') : ''
  const covered = inventoryCovers(old, machines)
  if (!covered) {
    if (old !== '') await rename(paths.inventory, `${paths.inventory}.old`)
    const token = inventoryToken(old) ?? randomBytes(24).toString('hex')
    await writeSecretFile(paths.inventory, inventoryText(stateDir, machines, token))
  }
  if (!existsSync(paths.values))
    await writeSecretFile(paths.values, valuesText(randomBytes(12).toString('hex')))
  return !covered
}

/** Writes atomically, readable only by the owner. */
async function writeSecretFile(path: string, text: string): Promise<void> {
  await writeFile(`${path}.new`, text, { mode: 0o600 })
  await chmod(`${path}.new`, 0o600)
  await rename(`${path}.new`, path)
}
