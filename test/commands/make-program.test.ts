import type { Command } from 'commander'
import { expect, it } from 'vitest'
import { type Call, makeProgram } from '../../src/commands/make-program.ts'
import type { Verb } from '../../src/commands/verb.ts'
import { VERBS } from '../../src/commands/verbs.ts'
import { wantsJson } from '../../src/commands/wants-json.ts'
import { ConvecthubError } from '../../src/errors.ts'

const argv = (line: string) => ['node', 'convecthub', ...line.split(' ').filter((word) => word !== '')]

function parse(line: string): Call | undefined {
  let called: Call | undefined
  makeProgram(VERBS, (call) => {
    called = call
  }).parse(argv(line))
  return called
}

function errorOf(line: string): ConvecthubError {
  try {
    parse(line)
  } catch (error) {
    if (error instanceof ConvecthubError) return error
    throw error
  }
  throw new Error(`${line} is no error`)
}

it.each([
  {
    line: 'pnig',
    message: "unknown command 'pnig'",
    hint: 'did you mean ping? All verbs: convecthub --help',
  },
  {
    line: 'pnig --help',
    message: "unknown command 'pnig'",
    hint: 'did you mean ping? All verbs: convecthub --help',
  },
  {
    line: 'pnig -h',
    message: "unknown command 'pnig'",
    hint: 'did you mean ping? All verbs: convecthub --help',
  },
  {
    line: 'lab pu --help',
    message: "unknown command 'lab pu'",
    hint: 'did you mean up? All verbs: convecthub lab --help',
  },
  {
    line: 'inventory chek --help',
    message: "unknown command 'inventory chek'",
    hint: 'did you mean check? All verbs: convecthub inventory --help',
  },
  {
    line: 'uninstall',
    message: "unknown command 'uninstall'",
    hint: 'did you mean reset? All verbs: convecthub --help',
  },
  {
    line: 'provision --dry-run',
    message: "unknown option '--dry-run'",
    hint: 'did you mean --check? All options: convecthub provision --help',
  },
  {
    line: 'plan README.md',
    message: 'plan takes no arguments (got: README.md)',
    hint: 'did you mean -i README.md? See: convecthub plan --help',
  },
  { line: 'xyzzy', message: "unknown command 'xyzzy'", hint: 'all verbs: convecthub --help' },
  {
    line: 'plan --limti x',
    message: "unknown option '--limti'",
    hint: 'did you mean --limit? All options: convecthub plan --help',
  },
  {
    line: 'lab pu',
    message: "unknown command 'lab pu'",
    hint: 'did you mean up? All verbs: convecthub lab --help',
  },
  {
    line: 'inventory chek',
    message: "unknown command 'inventory chek'",
    hint: 'did you mean check? All verbs: convecthub inventory --help',
  },
  {
    line: 'inventory check --lits',
    message: "unknown option '--lits'",
    hint: 'did you mean --list? All options: convecthub inventory check --help',
  },
  {
    line: 'ping node1',
    message: 'ping takes no arguments (got: node1)',
    hint: 'see: convecthub ping --help',
  },
  {
    line: 'bundle verify a b',
    message: 'bundle verify takes 1 argument (got 2: a b)',
    hint: 'see: convecthub bundle verify --help',
  },
  {
    line: 'ping --output jsno',
    message: '--output jsno: allowed choices are tty, plain, json',
    hint: 'did you mean json? See: convecthub ping --help',
  },
  {
    line: 'ping -f 0',
    message: '--forks 0: a whole number from 1 on is needed',
    hint: 'see: convecthub ping --help',
  },
  {
    line: 'plan --ignore-preflight cpu,memroy',
    message: expect.stringMatching(/^--ignore-preflight cpu,memroy: 'memroy' is none of address, .*, tools$/),
    hint: 'did you mean memory? See: convecthub plan --help',
  },
  {
    line: 'plan --ignore-preflight token',
    message:
      '--ignore-preflight token: token cannot be accepted, as the cluster would not survive it (convecthub explain token)',
    hint: 'see: convecthub plan --help',
  },
  {
    line: 'ping -l',
    message: "option '-l, --limit <pattern>' argument missing",
    hint: 'see: convecthub ping --help',
  },
  {
    line: 'bundle sign x',
    message: "required option '--key <file>' not specified",
    hint: 'see: convecthub bundle sign --help',
  },
  {
    line: 'lab ssh',
    message: "missing required argument 'machine'",
    hint: 'see: convecthub lab ssh --help',
  },
])('$line is the error USAGE: $message', ({ line, message, hint }) => {
  const error = errorOf(line)
  expect({ code: error.code, message: error.message, hint: error.details.hint }).toEqual({
    code: 'USAGE',
    message,
    hint,
  })
})

it.each([
  'ping --bogus --output json',
  'ping --bogus --output=json',
  'ping --output json -f x',
  'ping -f x --output json',
  'pnig --output json',
  'plan -ijson --output json',
])('%s wants errors as JSON', (line) => {
  expect(wantsJson(argv(line).slice(2))).toBe(true)
})

it.each([
  'ping -i --output json',
  'ping -e --output=json -f x',
  'ping --output=json --output=plain -f x',
  'ping --output plain json',
  'lab ssh driver1 -- x --output json',
  'ping --output',
])('%s wants errors for people', (line) => {
  expect(wantsJson(argv(line).slice(2))).toBe(false)
})

it('--ignore-preflight takes several ids, also those of warnings', () => {
  const called = parse('plan --ignore-preflight cpu,hostname --ignore-preflight memory')
  expect(called?.options.ignorePreflight).toEqual(['cpu', 'hostname', 'memory'])
})

it('-v may be given several times, and its help promises nothing for that', () => {
  expect(parse('ping -vvv')?.options.verbose).toBe(3)
  expect(helpOf('ping')).toMatch(/^ {2}-v, --verbose +show what the machines print$/m)
})

const below = (verb: Verb, path = verb.name): { path: string; verb: Verb }[] => [
  { path, verb },
  ...(verb.commands ?? []).flatMap((command) => below(command, `${path} ${command.name}`)),
]
const ALL = VERBS.flatMap((verb) => below(verb)).filter(({ verb }) => !verb.hidden)

const helpOf = (path: string): string => {
  let command: Command | undefined = makeProgram(VERBS, () => {})
  for (const name of path.split(' ')) command = command?.commands.find((each) => each.name() === name)
  let text = ''
  command?.configureOutput({
    writeOut: (part) => {
      text += part
    },
  })
  command?.outputHelp()
  return text
}

it.each(ALL)('the help of $path ends with two examples and where the exit codes are', ({ path, verb }) => {
  const lines = verb.examples.map((line) => `  ${line}\n`).join('')
  expect(helpOf(path).endsWith(`\nExamples:\n${lines}\nExit codes: convecthub help exit-codes\n`)).toBe(true)
  expect(verb.examples).toHaveLength(2)
})

it.each(ALL.flatMap(({ path, verb }) => verb.examples.map((example) => ({ path, verb, example }))))(
  '"$example" is a command line of $path',
  ({ path, verb, example }) => {
    const [program, ...words] = example.split(' ')
    expect(program).toBe('convecthub')
    expect(words.join(' ').startsWith(path)).toBe(true)
    const called = parse(words.join(' '))
    const loads = below(verb).map((each) => each.verb.load)
    expect(loads).toContain(called?.load)
  },
)

it('no option takes a value with one verb and none with another', () => {
  const options = ALL.flatMap(({ verb }) => verb.options ?? [])
  const flags = (wanted: boolean) =>
    new Set(
      options
        .filter(({ required, optional }) => (required || optional) === wanted)
        .flatMap(({ short, long }) => [short ?? [], long ?? []].flat()),
    )
  const without = flags(false)
  expect([...flags(true)].filter((flag) => without.has(flag))).toEqual([])
})
