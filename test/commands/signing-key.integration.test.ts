import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { trustedKey } from '../../src/artifacts/signature.ts'
import { bundleVerifyVerb } from '../../src/commands/bundle-verify.ts'
import { readSigningKey } from '../../src/commands/signing-key.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'
import { onTerminal } from './helpers/on-terminal.ts'

let folder: string
let cli: BuiltCli
const at = (name: string) => join(folder, name)
const keygen = (...options: string[]) => execFileSync('ssh-keygen', ['-q', ...options])
const openssl = (...options: string[]) => execFileSync('openssl', options, { stdio: 'pipe' })
beforeAll(() => {
  cli = builtCli()
  folder = mkdtempSync(join(tmpdir(), 'convecthub-keys-'))
  keygen('-t', 'ed25519', '-N', '', '-f', at('key'))
  keygen('-t', 'ed25519', '-N', 'hush', '-f', at('locked'))
  keygen('-t', 'rsa', '-b', '2048', '-N', '', '-f', at('rsa'))
  openssl('genpkey', '-algorithm', 'ed25519', '-out', at('pem'))
  openssl('genpkey', '-algorithm', 'ed25519', '-aes256', '-pass', 'pass:hush', '-out', at('locked-pem'))
  for (const name of ['pem', 'locked-pem']) chmodSync(at(name), 0o600)
  keygen('-t', 'ed25519', '-N', '', '-f', at('open'))
  chmodSync(at('open'), 0o644)
  writeFileSync(at('text'), 'hello')
  mkdirSync(at('folder'))
})
afterAll(() => {
  rmSync(folder, { recursive: true })
  cli.remove()
})

it.each(['key', 'pem'])('reads the private key %s', async (name) => {
  expect((await readSigningKey(at(name))).asymmetricKeyType).toBe('ed25519')
})

it.each([
  { name: 'key.pub', message: /key\.pub is not a private key$/, evidence: 'it is a public key' },
  { name: 'rsa', message: /rsa is a key of the type rsa; bundles are signed with Ed25519$/ },
  { name: 'text', message: /text is not a private key$/ },
  { name: 'none', message: /the private key \S+none cannot be read: no such file$/ },
  { name: 'folder', message: /the private key \S+folder cannot be read: it is a folder, not a file$/ },
])('refuses $name, and says how to make one', async ({ name, message, evidence }) => {
  await expect(readSigningKey(at(name))).rejects.toMatchObject({
    ...{ code: 'KEY_FILE', message: expect.stringMatching(message) },
    details: {
      hint: 'name a private key, or make one: ssh-keygen -t ed25519 -f bundle-key',
      ...(evidence && { evidence }),
    },
  })
})

it('refuses a private key that others can read, as ssh does', async () => {
  await expect(readSigningKey(at('open'))).rejects.toMatchObject({
    code: 'KEY_FILE',
    message: expect.stringContaining('other users can read'),
  })
})

it.each(['locked', 'locked-pem'])('asks for the passphrase of %s', async (name) => {
  expect((await cli.run(['lab', 'bundle', 'bin'])).code).toBe(0)
  const question = /passphrase of \S+: /g
  const sign = (answer: string) =>
    onTerminal(cli, ['bundle', 'sign', 'bin', '--key', at(name)], {
      typed: [{ question, answer: () => `${answer}\n` }],
    })
  expect(await sign('wrong')).toMatchObject({ code: 4, shown: expect.stringContaining('[KEY_ENCRYPTED]') })
  const { code, shown } = await sign('hush')
  expect(code).toBe(0)
  expect(shown).toMatch(/Signed bin with ssh-ed25519 AAAA/)
  expect(shown).not.toContain('hush')
  expect(await cli.run(['bundle', 'sign', 'bin', '--key', at(name)])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('[NO_ANSWER]'),
  })
})

it.each(['key', 'pem', 'rsa.pub', 'text'])('shows nothing of a file that --trust names: %s', async (name) => {
  const error = await bundleVerifyVerb(folder, { trust: at(name) }).catch((error) => error)
  expect(error).toMatchObject({ code: 'USAGE', message: `${at(name)} is not an Ed25519 public key` })
  const lines = readFileSync(at(name), 'utf8').split('\n').filter(Boolean)
  for (const line of lines) expect(JSON.stringify(error.details)).not.toContain(line)
})

it('a folder that --trust names is not a key', async () => {
  await expect(bundleVerifyVerb(folder, { trust: at('folder') })).rejects.toMatchObject({ code: 'USAGE' })
  expect(() => trustedKey('x')).toThrow('x is not an Ed25519 public key')
})
