import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { labPaths } from './lab-identity.ts'
import { runCommand } from './run-command.ts'

/** Returns the lab's public key. Creates the key pair if the state folder has none. */
export async function ensureSshKey(stateDir: string): Promise<string> {
  const { key, publicKey } = labPaths(stateDir)
  if (!existsSync(key) || !existsSync(publicKey)) {
    await rm(key, { force: true })
    await rm(publicKey, { force: true })
    const made = await runCommand('ssh-keygen', [
      '-q',
      '-t',
      'ed25519',
      '-N',
      '',
      '-C',
      'convecthub-lab',
      '-f',
      key,
    ])
    if (made.code !== 0) await makeKey(key, publicKey)
  }
  return (await readFile(publicKey, 'utf8')).trim()
}

/** Creates a key pair without ssh-keygen. */
async function makeKey(key: string, publicKey: string): Promise<void> {
  const { generateKey } = await import('../transport/generate-key.ts')
  const pair = generateKey('convecthub-lab')
  await writeFile(key, pair.private, { mode: 0o600 })
  await writeFile(publicKey, `${pair.public}\n`)
}
