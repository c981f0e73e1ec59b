import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { KEY_COMMENT } from './lab-folder.ts'
import { labPaths } from './lab-identity.ts'

/** Returns the lab's public key. Creates the key pair if the state folder has none. */
export async function ensureSshKey(stateDir: string): Promise<string> {
  const { key, publicKey } = labPaths(stateDir)
  if (!existsSync(key) || !existsSync(publicKey)) {
    await rm(key, { force: true })
    await rm(publicKey, { force: true })
    const { generateKey } = await import('../transport/generate-key.ts')
    const pair = generateKey(KEY_COMMENT)
    await writeFile(key, pair.private, { mode: 0o600 })
    await writeFile(publicKey, `${pair.public}\n`)
  }
  return (await readFile(publicKey, 'utf8')).trim()
}
