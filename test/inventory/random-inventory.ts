import fc from 'fast-check'

/** Random inventories in Ansible's INI dialect, mostly valid, so that both programs read most of them. */

// Parents come before their children, so that there are no loops.
const GROUPS = ['all', 'web', 'k3s-workers', 'zeta', 'db', 'g_1', 'alpha', 'a.b', 'ü', 'B']
const group = fc.constantFrom('ungrouped', ...GROUPS)
const family = fc
  .tuple(fc.nat(GROUPS.length - 2), fc.array(fc.nat(GROUPS.length - 2), { minLength: 1, maxLength: 3 }))
  .map(([parent, steps]) => [
    `[${GROUPS[parent]}:children]`,
    ...steps.map((step) => GROUPS[parent + 1 + (step % (GROUPS.length - 1 - parent))] ?? 'B'),
  ])
const hostName = fc.constantFrom(
  'h1',
  'h2',
  'H1',
  'h3.lan',
  'h[1:3]',
  'n[08:11]',
  'x[a:c]y[1:2]',
  '10.0.0.[1:2]',
  '2001:db8::1',
  '[2001:db8::2]:2222',
  'h4:2200',
  'h1:2201',
  '[h5]:22',
  'o[:2]',
  'p[01:10:4]',
  'localhost',
  '*.lan',
  'a,b',
  'h\\ 6',
  '"h 7"',
  'user@h8',
  'h9',
  'h10',
  'db[01:03]',
)
const key = fc.constantFrom('a', 'b', 'c', 'ansible_port', 'ansible_host', 'k_1', 'a-b', '', 'A', 'd', 'e')

const number = fc.oneof(
  fc.constantFrom(
    '0',
    '00',
    '007',
    '1_000',
    '0o17',
    '0x1F',
    '0b11',
    '1.30',
    '1.',
    '.5',
    '1e3',
    '-5',
    '+5',
    '--5',
    '-0',
  ),
  fc.constantFrom(
    '-0.0',
    '1e16',
    '1e15',
    '1e-5',
    '1e22',
    '123456789012345678901',
    '9007199254740993',
    '1_2',
    '1__2',
    '1_',
  ),
  fc.constantFrom(
    '0_0',
    '5e-324',
    '1.7976931348623157e308',
    '0.1',
    '100000000000000000000.0',
    '1.5.2',
    '08',
    '1j2',
    '0xg',
  ),
  fc.double({ noDefaultInfinity: true, noNaN: true }).map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
)
const plain = fc.constantFrom(
  'True',
  'true',
  'None',
  'no',
  'x',
  'a.b',
  '10.0.0.1',
  '12:30',
  '-',
  '..',
  '~',
  '{{x}}',
  'p#ss',
  'a=b',
  '=',
  "b'x'",
  "r'\\n'",
  "u'ü'",
  "f'x'",
  "'a' 'b'",
  "'a'b'c'",
  "'\\x41\\u00e9\\101\\q'",
  "'\\x4'",
  '"q"',
  "'''t'''",
  '"a\'b"',
)
const literal: fc.Arbitrary<string> = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: 'literal' },
    number,
    plain,
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `[${items.join(', ')}]`),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => `(${items.join(',')})`),
    fc
      .array(fc.tuple(plain, tie('value')), { maxLength: 3 })
      .map((items) => `{${items.map(([k, v]) => `${k}: ${v}`).join(', ')}}`),
    tie('value').map((value) => `(${value})`),
    tie('value').map((value) => `${value} # c`),
    tie('value').map((value) => `-${value}`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `${a}, ${b}`),
  ),
})).value

// Without quotes a blank would end the value, and both programs would refuse most files.
const shellQuoted = literal.chain((text) =>
  fc.constantFrom(
    text.replaceAll(/ #.*$|[ '"]/g, ''),
    `'${text.replaceAll("'", "'\\''")}'`,
    `"${text.replaceAll(/[\\"]/g, '\\$&')}"`,
  ),
)
const assignment = fc.tuple(key, shellQuoted).map(([name, value]) => `${name}=${value}`)
const hostLine = fc
  .tuple(
    hostName,
    fc.array(assignment, { maxLength: 3 }),
    fc.constantFrom('', '', '', ' # c', '#c', "  # it's"),
  )
  .map(([name, vars, comment]) => [name, ...vars].join(' ') + comment)
const varLine = fc
  .tuple(fc.oneof(key, fc.constant('ansible_group_priority')), fc.constantFrom('=', ' = '), literal)
  .map(([name, equals, value]) =>
    name === 'ansible_group_priority' ? `${name}=${value.length}` : `${name}${equals}${value}`,
  )
const noise = fc.constantFrom('', '# c', '; c', '  # c', '\t')

const section = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(group, fc.array(fc.oneof({ weight: 6, arbitrary: hostLine }, noise), { maxLength: 4 }))
      .map(([name, lines]) => [`[${name}]`, ...lines]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(group, fc.array(fc.oneof({ weight: 6, arbitrary: varLine }, noise), { maxLength: 4 }))
      .map(([name, lines]) => [`[${name}:vars]`, ...lines]),
  },
  { weight: 3, arbitrary: family },
)

/** A random INI inventory. */
export const randomInventory = fc
  .tuple(
    fc.array(hostLine, { maxLength: 2 }),
    fc.array(section, { maxLength: 8 }),
    fc.constantFrom('\n', '\n', '\r\n'),
  )
  .map(([first, sections, newline]) =>
    [...first, ...sections.flat(), ...GROUPS.map((name) => `[${name}]`), ''].join(newline),
  )

type Change = [number, number, string]
const insertion = fc.oneof(
  fc.constantFrom(...'[]:=#;\'"\\{}(), \t\n|!%-&*'),
  fc.string({ unit: 'binary', maxLength: 2 }),
)
export const changes: fc.Arbitrary<Change[]> = fc.array(fc.tuple(fc.nat(), fc.nat(2), insertion), {
  minLength: 1,
  maxLength: 5,
})

export function changed(text: string, list: readonly Change[]): string {
  let result = text
  for (const [place, remove, insert] of list) {
    const at = place % (result.length + 1)
    result = result.slice(0, at) + insert + result.slice(at + remove)
  }
  return result
}

/** A random INI inventory with some characters inserted, deleted or replaced. */
export const mutatedInventory = fc.tuple(randomInventory, changes).map(([text, list]) => changed(text, list))

const YAML = `all:
  vars: &v {a: 1, b: [x, 'y'], "c": 2024-01-01}
  hosts:
    h[1:3]: {d: 0644, e: ~}
    "h9:22":
  children:
    web:
      hosts:
        h1: {<<: *v, f: 10:30}
      vars:
        t: |
          text
        u: !unsafe x
`

/** A fixed YAML inventory with some characters inserted, deleted or replaced. */
export const mutatedYaml = changes.map((list) => changed(YAML, list))
