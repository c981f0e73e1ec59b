import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli.remove())

test.each([
  { args: ['ping', '-i', 'none', '--output', 'json'] },
  { args: ['ping', '-i', 'none', '--output=json'] },
  { args: ['ping', '--output', 'json', '-i', 'json'] },
])('errors are JSON lines for $args', async ({ args }) => {
  const { code, stdout, stderr } = await cli.run(args)
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  expect(JSON.parse(stdout)).toMatchObject({ event: 'error', code: 'INVENTORY_NOT_FOUND' })
})

test.each([
  { what: 'an inventory of that name', args: ['ping', '-i', 'json'] },
  { what: 'a host of that name', args: ['ping', '-i', 'none', '-l', 'json'] },
  { what: 'a host whose variables are wanted', args: ['inventory', '-i', 'none', '--host', 'json'] },
  { what: 'the value of another option', args: ['ping', '-i', 'none', '-e', '--output=json'] },
  {
    what: 'an option that a later one replaces',
    args: ['ping', '-i', 'none', '--output=json', '--output=plain'],
  },
])('errors are told to people where json is $what', async ({ args }) => {
  const { code, stdout, stderr } = await cli.run(args)
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toContain('INVENTORY_NOT_FOUND')
})
