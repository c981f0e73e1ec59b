import { chmodSync } from 'node:fs'
import { join } from 'node:path'
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

test.each([
  {
    what: 'is not there',
    make: () => cli.write('empty/x', ''),
    folder: 'empty',
    why: 'there is no ./inv.toml',
  },
  {
    what: 'others may write to',
    make: () => chmodSync(cli.write('open/inv.toml', inventory(), 0o600), 0o666),
    folder: 'open',
    why: './inv.toml is not read by default',
  },
])('without -i, an inv.toml that $what is NO_INVENTORY', async ({ make, folder, why }) => {
  make()
  const { code, stdout, stderr } = await cli.run(['plan'], { cwd: join(cli.folder, folder) })
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toContain(why)
  expect(stderr).toContain('[NO_INVENTORY]')
  expect(stderr).toMatch(/→ .*-i/)
})

test('a folder that the lab cannot write is no fault of convecthub', async () => {
  const file = cli.write('taken', '')
  const { code, stderr } = await cli.run(['lab', 'bundle', join(file, 'bundle')])
  expect(stderr).toMatch(
    new RegExp(
      `^error cannot create ${file}/\\S+: not a directory \\[LOCAL_IO\\]\n {6}→ a file is where a folder should be: move it away$`,
      'm',
    ),
  )
  expect(stderr).not.toContain('fault')
  expect(code).toBe(1)
})
