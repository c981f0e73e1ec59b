import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { ensureSshKey } from '../../src/lab/ssh-key.ts'
import { parsePrivateKey } from '../../src/transport/private-key.ts'

let lab: string
beforeEach(() => {
  lab = mkdtempSync(join(tmpdir(), 'convecthub-lab-key-'))
})
afterEach(() => rmSync(lab, { recursive: true }))

it('makes one key pair, without another program, and keeps it', async () => {
  const line = await ensureSshKey(lab)
  expect(await ensureSshKey(lab)).toBe(line)
  const file = join(lab, 'id_ed25519')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const parsed = parsePrivateKey(readFileSync(file))
  const key = 'key' in parsed ? parsed.key : undefined
  expect(`${key?.type} ${key?.getPublicSSH().toString('base64')} convecthub-lab`).toBe(line)
})
