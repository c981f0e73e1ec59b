import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeKey } from '../transport/helpers/keys.ts'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'
import { onTerminal } from './helpers/on-terminal.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
  makeKey(join(cli.folder, 'locked'), 'ed25519', 'a phrase')
  cli.write(
    'inv.toml',
    "[driver]\nd1 ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_common_args='-F none'\n[all:vars]\nconvect_token=a-long-secret\n",
  )
  cli.write(
    'locked.ini',
    "[driver]\nd1 ansible_host=127.0.0.1 ansible_port=1 ansible_ssh_private_key_file=locked ansible_ssh_common_args='-F none'\n",
  )
})
afterAll(() => cli.remove())

/** A question of a verb, and what answers it where there is no terminal. */
const QUESTIONS: { args: string[]; question: RegExp; instead: string }[] = [
  { args: ['init', '-i', 'new.toml'], question: /Address of machine 1.*: /g, instead: '--host' },
  { args: ['reset'], question: /Type the inventory's name.*: /g, instead: '--yes' },
  { args: ['ping', '-k'], question: /ssh password: /g, instead: 'ansible_password' },
  { args: ['ping', '-K'], question: /sudo password: /g, instead: 'ansible_become_password' },
  {
    args: ['inventory', 'check', '--ask-vault-pass'],
    question: /vault password: /g,
    instead: '--vault-password-file FILE',
  },
]

describe.each(QUESTIONS)('the question of $args', ({ args, question, instead }) => {
  it('ends with Ctrl-C in one line of its own', async () => {
    const { code, shown } = await onTerminal(cli, args, { typed: [{ question, answer: () => '\x03' }] })
    expect(shown).toMatch(new RegExp(`${question.source}\r\nStopped; nothing was changed\\.\r\n$`))
    expect(code).toBe(130)
    expect(existsSync(join(cli.folder, 'new.toml'))).toBe(false)
  })
  it('ends with Ctrl-D in lines of their own', async () => {
    const { code, shown } = await onTerminal(cli, args, { typed: [{ question, answer: () => '\x04' }] })
    expect(shown).toMatch(new RegExp(`${question.source}\r\n.*error.*nothing was changed`))
    expect(code).toBe(2)
  })
  it('names the option that answers it when there is no terminal', async () => {
    const { code, stderr } = await cli.run(args)
    expect(stderr).toContain('NO_ANSWER')
    expect(stderr).toContain(`→ answer it, or use ${instead}`)
    expect(code).toBe(2)
  })
})

it.each([
  { what: 'an inventory with a mistake', args: ['ping', '-K', '-i', 'mistaken.ini'], code: 3 },
  { what: 'a limit with a mistake', args: ['ping', '-k', '--limit', 'nobody'], code: 3 },
])('asks for no password when there is $what', async ({ args, code }) => {
  cli.write('mistaken.ini', '[driver]\nd1 ansible_port=ssh\n')
  const result = await cli.run(args)
  expect(result.code).toBe(code)
  expect(result.stderr).not.toContain('password')
})

it('asks for no other passphrase and tries no host after Ctrl-C at a passphrase', async () => {
  const { code, shown } = await onTerminal(cli, ['ping', '-i', 'locked.ini'], {
    typed: [{ question: /passphrase of \S+: /g, answer: () => '\x03' }],
  })
  expect(shown).toMatch(/passphrase of locked: \r\nStopped; nothing was changed\.\r\n$/)
  expect(code).toBe(130)
})
