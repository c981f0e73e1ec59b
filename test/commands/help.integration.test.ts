import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TOPICS } from '../../src/commands/topics.ts'
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
const listed = (text: string) =>
  [...(text.split('\nTopics', 1)[0] ?? '').matchAll(/^ {2}([a-z]+)(?= )/gm)].map(([, name = '']) => name)

test('every listed verb has a help text, the same with --help and with help VERB', async () => {
  const verbs = listed(await help('--help')).filter((name) => name !== 'help')
  expect(verbs).toContain('provision')
  for (const verb of verbs) {
    const text = await help(verb, '--help')
    const page = Object.hasOwn(TOPICS, verb) ? '\n' : ''
    expect((await help('help', verb)).startsWith(text + page)).toBe(true)
    if (page === '') expect(await help('help', verb)).toBe(text)
    // lists options other than --help, arguments, or subcommands
    expect(text.match(/^ {2}(-(?!h)|[a-z]+ )/gm)?.length ?? 0, verb).toBeGreaterThan(0)
  }
})

test('suggests the right verb for a misspelled one', async () => {
  const { code, stderr } = await cli.run(['pnig'])
  expect({ code, stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean ping?') })
})

test.each(Object.keys(TOPICS))('help %s prints its page without marks of Markdown', async (topic) => {
  const text = await help('help', topic)
  const title = /^# (.*)/.exec(readFileSync(new URL(`../../docs/${topic}.md`, import.meta.url), 'utf8'))?.[1]
  expect(text.split('\n')).toContain(title)
  expect(text.match(/^(#|<!--|\||```).*/m)).toBeNull()
  expect(text.length).toBeGreaterThan(500)
})

test.each([
  { words: ['inventry'], hint: 'did you mean inventory?' },
  { words: ['lab', 'pu'], hint: 'did you mean lab up?' },
  { words: ['xyzzy'], hint: 'verbs: init, ping' },
])('help $words says what there is help for', async ({ words, hint }) => {
  const { code, stderr } = await cli.run(['help', ...words])
  expect(code).toBe(2)
  expect(stderr).toContain(`there is no help for '${words.join(' ')}' [USAGE]`)
  expect(stderr).toContain(hint)
  expect(stderr).toContain('topics: inventory, ')
})

test('explain prints the page of a code', async () => {
  expect(await help('explain', 'no-driver')).toContain('[driver]')
  const { code, stderr } = await cli.run(['explain', 'NO_DRVIER'])
  expect({ code, stderr }).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean NO_DRIVER?'),
  })
})
