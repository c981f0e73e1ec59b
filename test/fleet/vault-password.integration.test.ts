import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { vaultPassword } from '../../src/fleet/vault-password.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-vault-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const program = (text: string) => (file: string) =>
  writeFileSync(file, `#!/bin/sh\n${text}\n`, { mode: 0o755 })

it.each([
  { what: 'no file', make: () => {}, reason: 'no such file' },
  {
    what: 'a folder',
    make: (file: string) => mkdirSync(file, { mode: 0o600 }),
    reason: 'it is a folder, not a file',
  },
  {
    what: 'an empty file',
    make: (file: string) => writeFileSync(file, '\n'),
    reason: 'the password is empty',
  },
  { what: 'a program that fails', make: program('exit 7'), reason: 'the program ended with code 7' },
  {
    what: 'a program that is killed',
    make: program('kill -9 $$'),
    reason: 'the program was ended by SIGKILL',
  },
])('refuses $what', async ({ make, reason }) => {
  const file = join(folder, 'pass')
  make(file)
  await expect(vaultPassword({ vaultPasswordFile: file }, undefined)).rejects.toMatchObject({
    code: 'VAULT_PASSWORD_FILE',
    exit: 'input',
    message: `the vault password file ${file}: ${reason}`,
  })
})

it('reads a file, and the output of a program', async () => {
  for (const make of [(file: string) => writeFileSync(file, 'secret\n'), program('echo secret')]) {
    const file = join(folder, 'pass')
    make(file)
    expect((await vaultPassword({ vaultPasswordFile: file }, undefined))?.reveal()).toBe('secret')
    rmSync(file)
  }
})
