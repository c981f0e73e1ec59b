import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'
import { onTerminal } from './helpers/on-terminal.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
  cli.write(
    'inv.ini',
    '[driver]\nd1 ansible_host=127.0.0.1 ansible_port=9\n[all:vars]\nconvect_token=abcdefgh12345678\n',
  )
})
afterAll(() => cli?.remove())

it.each([
  { what: '0 columns', size: 'stty cols 0 rows 0' },
  { what: '1 column', size: 'stty cols 1 rows 1' },
  { what: '10 columns', size: 'stty cols 10 rows 5' },
  { what: '1000 columns', size: ':' },
  { what: '80 columns', size: 'stty cols 80 rows 24' },
])('ends and prints the error on a terminal with $what', async ({ size }) => {
  const { code, shown } = await onTerminal(cli, ['ping', '-i', 'inv.ini'], { before: size })
  expect(code).toBe(5)
  expect(shown).toContain('UNREACHABLE')
  expect(shown.length).toBeLessThan(200_000)
})
