import { afterAll, beforeAll, expect, test } from 'vitest'
import { jsonLines } from '../helpers/json-lines.ts'
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
])('prints errors as JSON lines for $args', async ({ args }) => {
  const { code, stdout, stderr } = await cli.run(args)
  expect({ code, stderr }).toEqual({ code: 3, stderr: '' })
  expect(jsonLines(stdout)[0]).toMatchObject({ event: 'error', code: 'INVENTORY_NOT_FOUND' })
})

test.each([
  { what: 'the name of an inventory', args: ['ping', '-i', 'json'] },
  { what: 'a limit', args: ['ping', '-i', 'none', '-l', 'json'] },
  { what: 'the name of a host', args: ['inventory', '-i', 'none', '--host', 'json'] },
  { what: 'the value of another option', args: ['ping', '-i', 'none', '-e', '--output=json'] },
  {
    what: 'an output mode that a later option replaces',
    args: ['ping', '-i', 'none', '--output=json', '--output=plain'],
  },
])('prints errors for people when "json" is only $what', async ({ args }) => {
  const { code, stdout, stderr } = await cli.run(args)
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
  expect(stderr).toContain('INVENTORY_NOT_FOUND')
})

test('prints an error of the command line itself as a JSON line', async () => {
  const { code, stdout, stderr } = await cli.run(['plan', '--limti', 'x', '--output', 'json'])
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
  expect(jsonLines(stdout)[0]).toMatchObject({
    event: 'error',
    code: 'USAGE',
    hint: 'did you mean --limit? All options: convecthub plan --help',
  })
})
