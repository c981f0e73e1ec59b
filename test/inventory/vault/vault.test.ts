import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadInventory } from '../../../src/inventory/load-inventory.ts'
import { nodeFiles } from '../../../src/inventory/node-files.ts'
import { openVaultText } from '../../../src/inventory/vault/vault.ts'
import { Secret } from '../../../src/secret.ts'
import { CASES, problemsOf } from '../cases-support.ts'

const cwd = join(CASES, 'dirs/c3-vault')
const password = new Secret(readFileSync(join(cwd, 'vault-password'), 'utf8').trim())
const file = readFileSync(join(cwd, 'group_vars/all/vault.yml'), 'utf8')
const open = (text: string, secret = password) => openVaultText(text, secret, { file: 'v' }).toString()

describe('decrypts files made by ansible-vault', () => {
  test('an encrypted file', () => expect(open(file)).toBe('whole: from-vault\nnumber: 1.50\n'))
  test('with Windows line breaks and surrounding blanks', () =>
    expect(open(`\n${file.replaceAll('\n', '\r\n  ')}`)).toContain('from-vault'))
  test('encrypted values, after asking for the password once', () => {
    let asked = 0
    const ask = () => {
      asked += 1
      return password
    }
    const host = loadInventory({ cwd, sources: ['inv.ini'], files: nodeFiles, vaultPassword: ask }).hosts.get(
      'h1',
    )
    expect(asked).toBe(1)
    expect(host?.vars.get('inline')).toMatchObject({ value: 'p@ss wörd', raw: 'p@ss wörd', secret: true })
    expect(host?.vars.get('labelled')).toMatchObject({ value: 'labelled', secret: true })
    expect(JSON.stringify(host?.vars.get('nested')?.value)).toBe('{"list":["deep"]}')
    expect(host?.vars.get('whole')).toMatchObject({ value: 'from-vault', secret: true })
    expect(host?.vars.get('plain')?.secret).toBeUndefined()
  })
  test('without a password, reports every vaulted place', () => {
    expect(problemsOf(() => loadInventory({ cwd, sources: ['inv.ini'], files: nodeFiles }))).toEqual([
      'INVENTORY_VAULT_PASSWORD group_vars/all/vault.yml',
      'INVENTORY_VAULT_PASSWORD group_vars/web.yml:1:16',
    ])
  })
})

describe('refuses a text with', () => {
  test.each([
    ['a wrong password', file, new Secret('x'), 'INVENTORY_VAULT_PASSWORD v'],
    [
      'a changed ciphertext',
      file.replace(/\d\n$/, (end) => `${(Number(end) + 1) % 10}\n`),
      password,
      'INVENTORY_VAULT',
    ],
    ['an unknown version', file.replace('1.1', '1.0'), password, 'INVENTORY_VAULT v'],
    ['an unknown cipher', file.replace('AES256', 'AES'), password, 'INVENTORY_VAULT v'],
    ['no body', '$ANSIBLE_VAULT;1.1;AES256\n', password, 'INVENTORY_VAULT v'],
    ['a body that is not hexadecimal', '$ANSIBLE_VAULT;1.1;AES256\nxyz\n', password, 'INVENTORY_VAULT v'],
  ])('%s', (_, text, secret, expected) => expect(problemsOf(() => open(text, secret))[0]).toContain(expected))
})
