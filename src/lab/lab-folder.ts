import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename } from 'node:path'
import { labPaths } from './lab-identity.ts'

/** The comment in the key of every lab. It tells a lab's folder from any other. */
export const KEY_COMMENT = 'convecthub-lab'

/** What a lab that was just begun may have without its key: these, and the bundle of `lab bundle`. */
const BEFORE_KEY: readonly string[] = ['.gitignore', 'dockerd.pid', 'dockerd.log', 'shared']

/** Whether a folder is a lab's: `absent`, `lab` (also one just begun, or an empty folder), or `foreign`. */
export function labFolder(stateDir: string): 'absent' | 'lab' | 'foreign' {
  if (!existsSync(stateDir)) return 'absent'
  if (!statSync(stateDir).isDirectory()) return 'foreign'
  const { publicKey } = labPaths(stateDir)
  const names = readdirSync(stateDir)
  const keyed = names.includes(basename(publicKey))
  const ours = keyed
    ? readFileSync(publicKey, 'utf8').trim().endsWith(` ${KEY_COMMENT}`)
    : names.every((name) => BEFORE_KEY.includes(name))
  return ours ? 'lab' : 'foreign'
}
