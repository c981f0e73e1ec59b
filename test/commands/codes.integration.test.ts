import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli.remove())

const inventory = (...lines: string[]) =>
  [
    'd1 ansible_host=10.255.255.1',
    '[driver]',
    'd1',
    '[all:vars]',
    'convect_token=0123456789abcdef',
    ...lines,
  ].join('\n')

test.each([
  {
    code: 'JHUB_CONFIG',
    exit: 4,
    args: ['plan'],
    text: inventory('jhub_config_path=nothing.yaml'),
    mode: 0o600,
  },
  {
    code: 'SAME_NAME',
    exit: 3,
    args: ['inventory', 'check'],
    text: `D1 ansible_host=10.255.255.2\n${inventory()}\n[worker]\nD1`,
    mode: 0o600,
  },
  {
    code: 'INVENTORY_HOST_KEY_CHECKING',
    exit: 3,
    args: ['inventory', 'check'],
    text: inventory('ansible_host_key_checking=perhaps'),
    mode: 0o600,
  },
  { code: 'READABLE_SECRET', exit: 0, args: ['inventory', 'check'], text: inventory(), mode: 0o644 },
])('$args tells $code', async ({ code, exit, args, text, mode }) => {
  const file = cli.write(`${code}.ini`, `${text}\n`, mode)
  const { code: ended, stdout, stderr } = await cli.run([...args, '-i', file])
  expect(stdout + stderr).toContain(`[${code}]`)
  expect(ended).toBe(exit)
})
