import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli.remove())

const help = async (...args: string[]) => {
  const { code, stdout } = await cli.run(args)
  expect(code).toBe(0)
  return stdout
}
const listed = (text: string) => [...text.matchAll(/^ {2}([a-z]+)(?= )/gm)].map(([, name = '']) => name)

test('every listed verb has a help text, the same with --help and with help VERB', async () => {
  const verbs = listed(await help('--help')).filter((name) => name !== 'help')
  expect(verbs).toContain('provision')
  for (const verb of verbs) {
    const text = await help(verb, '--help')
    expect(await help('help', verb)).toBe(text)
    // lists options other than --help, or subcommands
    expect(text.match(/^ {2}(-(?!h)|[a-z]+ )/gm)?.length ?? 0, verb).toBeGreaterThan(0)
  }
})

test('suggests the right verb for a misspelled one', async () => {
  const { code, stderr } = await cli.run(['pnig'])
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean ping?') })
})
