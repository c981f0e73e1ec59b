import { describe, expect, test } from 'vitest'
import { ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'
import { listJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { Secret } from '../../src/secret.ts'
import { place, problemsOf } from './cases-support.ts'
import { memoryFiles } from './memory-files.ts'

type Contents = Record<string, string | Uint8Array>

function load(contents: Contents, sources = ['inv'], extraVars: string[] = []) {
  const files = memoryFiles(
    Object.fromEntries(Object.entries(contents).map(([name, text]) => [`/w/${name}`, text])),
  )
  return loadInventory({ cwd: '/w', sources, extraVars, files, vaultPassword: () => undefined })
}
const value = (contents: Contents, host: string, name: string, extraVars: string[] = []) =>
  load(contents, ['inv'], extraVars).hosts.get(host)?.vars.get(name)

describe('keeps places and written texts of values', () => {
  test('in INI', () => {
    const contents = {
      inv: '\ufeff[web]\n  h1 a=1_000  b="x y" # c\n[web:vars]\nport = 8080 # c\npass=0123\n',
    }
    expect(value(contents, 'h1', 'a')).toEqual({
      value: 1000,
      raw: '1_000',
      origin: { file: 'inv', line: 2, column: 6 },
    })
    expect(value(contents, 'h1', 'b')).toEqual({
      value: 'x y',
      raw: 'x y',
      origin: { file: 'inv', line: 2, column: 15 },
    })
    expect(value(contents, 'h1', 'port')).toMatchObject({ value: 8080, raw: '8080', origin: { line: 4 } })
    expect(value(contents, 'h1', 'pass')).toMatchObject({ value: '0123', raw: '0123' })
  })
  test('in YAML', () => {
    const contents = {
      inv: '---\nweb:\n  hosts:\n    h1:\n      v: 1.30\n      l: [1]\n  vars: {"q": "0644"}\n',
    }
    expect(value(contents, 'h1', 'v')).toMatchObject({
      value: { number: 1.3 },
      raw: '1.30',
      origin: { file: 'inv', line: 5, column: 7 },
    })
    expect(value(contents, 'h1', 'l')?.raw).toBeUndefined()
    expect(value(contents, 'h1', 'q')).toMatchObject({ value: '0644', origin: { line: 7, column: 10 } })
  })
  test('in JSON, where NEL is not a line break', () => {
    const inv = '{"all":\n{"hosts": {"h1"\n: {"a": "x\u0085y"}}}}'
    expect(value({ inv }, 'h1', 'a')).toMatchObject({ value: 'x\u0085y', origin: { line: 3, column: 4 } })
  })
  test('with the line numbers of an editor', () => {
    expect(problemsOf(() => load({ inv: '[web]\r\nh1 a=1\fh2 b\rh3 c\n' }))).toEqual([
      'INVENTORY_HOST_LINE inv:2:11',
      'INVENTORY_HOST_LINE inv:3:4',
    ])
  })
})

describe('decides the format of', () => {
  const toml = '[web]\nvars = { a = 1 }\n[web.hosts]\nh1 = {}\n'
  test.each([
    ['inv.toml', '[web]\nh1 a=1\n', 'read'],
    ['inv.toml', toml, 'INVENTORY_TOML inv.toml:2:8'],
    ['inv.toml', '[web]\nh1 oops\n', 'INVENTORY_HOST_LINE inv.toml:2:4'],
    ['inv.toml', '[all.vars]\na=1\n', 'INVENTORY_TOML inv.toml'],
    ['inv', 'h1\n', 'read'],
    ['inv', 'h1:22\n', 'read'],
    ['inv', 'all:\n  hosts:\n    h1:\n', 'read'],
    ['inv', '# c\n---\nall:\n  hosts: h1\n', 'read'],
    ['inv', '{"all": {"hosts": {"h1": {}}}}', 'read'],
    ['inv.yml', '[web]\nh1\n', 'read'],
    ['inv.yml', 'web: [h1\n', 'INVENTORY_YAML inv.yml:2:1'],
    ['inv.yml', '', 'INVENTORY_STRUCTURE inv.yml:1:1'],
    ['inv.yml', 'plugin: constructed\n', 'INVENTORY_STRUCTURE inv.yml:1:1'],
    ['hosts.prod', 'all:\n  hosts:\n', 'INVENTORY_HOST_PATTERN hosts.prod:1:1'],
    ['inv', '#!/bin/sh\n[web]\nh1\n', 'read'],
    ['inv', '', 'read'],
  ])('%s %j', (name, text, expected) => {
    const problems = problemsOf(() => load({ [name]: text }, [name]))
    expect(problems[0] ?? 'read').toBe(expected)
  })
})

describe('refuses, with the place of the error,', () => {
  test.each([
    ['[web]\nweb\n', 'INVENTORY_NAME_CLASH inv:2:1'],
    ['[web] ; c\nh1\n', 'INVENTORY_SECTION inv:1:1'],
    ['[web:var]\na=1\n', 'INVENTORY_SECTION inv:1:1'],
    ['[]\nh1\n', 'INVENTORY_SECTION inv:1:1'],
    ['h1 a = 1\n', 'INVENTORY_HOST_LINE inv:1:4 INVENTORY_HOST_LINE inv:1:8'],
    ['[w]\n[w:vars]\nansible_group_priority=high\n', 'INVENTORY_PRIORITY inv:3:1'],
    ['[w:children]\nw\n', 'INVENTORY_GROUP_LOOP inv:2:1'],
    ['[a:children]\nb\n[b:children]\nc\n[c:children]\na\n', 'INVENTORY_GROUP_LOOP inv:6:1'],
    ["h1 a='{[1]: 2}'\n", 'INVENTORY_VALUE inv:1:4'],
    [new Uint8Array([104, 0xff, 10]), 'INVENTORY_ENCODING inv:1:2'],
  ])('%j', (text, expected) => {
    expect(problemsOf(() => load({ inv: text })).join(' ')).toBe(expected)
  })
  test.each([
    // errors after lines that libyamlLayout() has moved
    [
      'a: {\nb: *x,\n\t\t"c": &y 1, &y d: 1}\n',
      'INVENTORY_YAML host_vars/h1.yml:2:4 INVENTORY_YAML host_vars/h1.yml:3:14',
    ],
    ['a: "\n\tb" c\nd: 1\n', 'INVENTORY_YAML host_vars/h1.yml:2:5'],
    ['a: 1\n...\n...\n---\nb: 1\n', 'INVENTORY_YAML host_vars/h1.yml:4:1'],
    ['a: "b\n--- c"\n', 'INVENTORY_YAML host_vars/h1.yml:1:6 INVENTORY_YAML host_vars/h1.yml:2:1'],
    ['a: "x\\"\nb: c" d\n', 'INVENTORY_YAML host_vars/h1.yml:2:7'],
    ['a: |+ # c\n  b\nc: [\n *d]', 'INVENTORY_YAML host_vars/h1.yml:4:2'],
    [
      '\u{1f680}: "\na" b\nc: "\n\td" e\n',
      'INVENTORY_YAML host_vars/h1.yml:2:4 INVENTORY_YAML host_vars/h1.yml:4:5',
    ],
    ['a: &b.c 1\n', 'INVENTORY_YAML host_vars/h1.yml:1:4'],
    [
      'a: {b\nc: 1, "d\ne": 2, ? f\n g\n: 3, h\n: 4, i\nj}',
      'INVENTORY_YAML host_vars/h1.yml:1:5 INVENTORY_YAML host_vars/h1.yml:2:7 INVENTORY_YAML host_vars/h1.yml:5:6',
    ],
    ['a: {b:}\nc: [d:, "e":]\n', 'INVENTORY_YAML host_vars/h1.yml:1:5 INVENTORY_YAML host_vars/h1.yml:2:5'],
    ['a: |\n\n  \tb\n', 'INVENTORY_YAML host_vars/h1.yml:3:3'],
    ['a: [b,\n\tc,\n\t"d"]\ne: f\n \tg\n\t# h\n', 'INVENTORY_YAML host_vars/h1.yml:6:1'],
    ['a: [b\n\t, c]\nd:\n\t- e\n', 'INVENTORY_YAML host_vars/h1.yml:2:1 INVENTORY_YAML host_vars/h1.yml:4:1'],
    ['%YML 1.1\n---\na: 1\n', 'INVENTORY_YAML host_vars/h1.yml:1:1'],
    ['%YAML 1.3\n---\na: 1\n', 'INVENTORY_YAML host_vars/h1.yml:1:7'],
    ['a: b\r\tc: d\x85e: \x07\r', 'INVENTORY_YAML host_vars/h1.yml:3:4 INVENTORY_YAML host_vars/h1.yml:2:1'],
    ['<<: {1: a}\n"1": b\n', 'INVENTORY_VALUE host_vars/h1.yml:2:1'],
  ])('host_vars %j', (text, expected) => {
    expect(problemsOf(() => load({ inv: 'h1\n', 'host_vars/h1.yml': text })).join(' ')).toBe(expected)
  })
  test('bytes that are not UTF-8, except in comments of INI', () => {
    const bytes = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
    const comments = bytes('# \xe9\xe8\r\n[web] # caf\xe9\nh1 a="#b" #\xff\n')
    const { warnings, hosts } = load({ inv: comments })
    expect(hosts.get('h1')?.vars.get('a')?.value).toBe('#b')
    expect(warnings).toEqual(
      [
        { line: 1, column: 3, evidence: '# \ufffd\ufffd\n  ^' },
        { line: 2, column: 12, evidence: '[web] # caf\ufffd\n           ^' },
        { line: 3, column: 12, evidence: 'h1 a="#b" #\ufffd\n           ^' },
      ].map(({ line, column, evidence }) => ({
        code: 'INVENTORY_ENCODING',
        message: 'this comment is not valid UTF-8',
        origin: { file: 'inv', line, column },
        evidence,
        hint: 'save the file as UTF-8',
      })),
    )
    const elsewhere: [string, string][] = [
      ['# \xe9\nh1 a=1 # \xe9\nh1 a=\xe9 b=\xe9\n# \xe9\n', 'inv:3:6'],
      ['# \xe9\nh\xe9\n', 'inv:2:2'],
      ['[w]\n[w:vars]\na=8080 # \xe9\n', 'inv:3:10'],
      ['h1 a="1 # \xe9"\n', 'inv:1:11'],
      ['---\n# \xe9\nall:\n  hosts: h1\n', 'inv:2:3'],
    ]
    for (const [text, at] of elsewhere)
      expect(problemsOf(() => load({ inv: bytes(text) }))).toEqual([`INVENTORY_ENCODING ${at}`])
  })
  test('sources without a file', () => {
    expect(problemsOf(() => load({}, ['nope']))).toEqual(['INVENTORY_NOT_FOUND nope'])
    expect(problemsOf(() => load({ 'd/x.ini': 'h1' }, ['d']))).toEqual(['INVENTORY_NOT_FOUND d'])
  })
  test('as strict errors, mistakes that Ansible silently accepts', () => {
    const strictErrors = (contents: Record<string, string>, sources?: string[]) =>
      load(contents, sources).strictErrors.map(place)
    expect(strictErrors({ inv: 'h1:70000\nh2:0\n' })).toEqual([
      'INVENTORY_PORT inv:1:1',
      'INVENTORY_PORT inv:2:1',
    ])
    expect(strictErrors({}, ['h1,h2:x'])).toEqual(['INVENTORY_HOST_PATTERN h1,h2:x'])
    expect(strictErrors({ 'inv.yml': 'all:\n  hosts:\n    h[3:1]:\n' }, ['inv.yml'])).toEqual([
      'INVENTORY_RANGE inv.yml:3:5',
    ])
  })
  test('all errors of all files at once', () => {
    const contents = {
      inv: '[web]\nh1 oops\n',
      'group_vars/web.yml': 'a: [\n',
      'host_vars/h1.yml': 'a: &x 1\nb: *y\n',
    }
    expect(problemsOf(() => load(contents, ['inv'], ['oops']))).toEqual([
      'INVENTORY_HOST_LINE inv:2:4',
      'INVENTORY_EXTRA_VARS -e',
      'INVENTORY_YAML group_vars/web.yml:2:1',
      'INVENTORY_YAML host_vars/h1.yml:2:4',
    ])
  })
})

test('reports a file that cannot be read', () => {
  const files = {
    ...memoryFiles({ '/w/inv': 'h1' }),
    read: () => {
      throw new Error('EACCES')
    },
  }
  expect(problemsOf(() => loadInventory({ cwd: '/w', sources: ['inv'], files }))).toEqual([
    'INVENTORY_UNREADABLE /w/inv',
  ])
})

describe('inventory scripts', () => {
  const run = (output: string) => {
    const files = {
      ...memoryFiles({ '/w/inv': '#!/bin/sh\n' }),
      executable: () => true,
      run: () => new TextEncoder().encode(output),
    }
    return loadInventory({ cwd: '/w', sources: ['inv'], files })
  }
  test('reads groups that are lists or objects', () => {
    const list = run(
      '{"web": ["h1"], "top": {"children": ["web"], "vars": {"a": 1, "ansible_group_priority": 7}}, "_meta": {"hostvars": {"h1": {"b": 2}}}}',
    )
    expect(list.hosts.get('h1')?.vars.get('a')?.value).toBe(1)
    expect(list.hosts.get('h1')?.vars.get('b')?.value).toBe(2)
    expect(list.groups.get('top')?.priority).toBe(7)
  })
  test.each([
    '',
    'h1',
    '[]',
    '{"web": ["h1"]}',
    '{"web": 1, "_meta": {"hostvars": {}}}',
    '{"_meta": {"hostvars": {"h": 1}}}',
  ])('refuses the output %j', (output) => {
    expect(problemsOf(() => run(output))[0]).toMatch(/^INVENTORY_SCRIPT/)
  })
  test('refuses a failing script, and any script where scripts are not allowed', () => {
    const files = { ...memoryFiles({ '/w/inv': '#!/bin/sh\n' }), executable: () => true }
    expect(problemsOf(() => loadInventory({ cwd: '/w', sources: ['inv'], files }))).toEqual([
      'INVENTORY_SCRIPT inv',
    ])
    const failing = {
      ...files,
      run: () => {
        throw Object.assign(new Error('exit 1'), { stderr: 'no cloud' })
      },
    }
    expect(problemsOf(() => loadInventory({ cwd: '/w', sources: ['inv'], files: failing }))).toEqual([
      'INVENTORY_SCRIPT inv',
    ])
  })
})

describe('YAML values', () => {
  test.each([
    ['yes', 'true'],
    ['y', '"y"'],
    ['0644', '420'],
    ['0o17', '"0o17"'],
    ['1e3', '"1e3"'],
    ['1.0e+3', '1000.0'],
    ['-190:20:30', '-685230'],
    ['1:20.5', '80.5'],
    ['0_7', '7'],
    ['2024-01-01', '"2024-01-01"'],
    ['2024-1-1T1:02:03.5Z', '"2024-01-01T01:02:03.500000+00:00"'],
    ['! 3', '3'],
    ['!!str 3', '"3"'],
    ['!!float 3', '3.0'],
    ['!unsafe x', '{"__ansible_unsafe":"x"}'],
    ['{<<: [{a: 1}, {a: 2, b: 2}], b: 3}', '{"a":1,"b":3}'],
    ['{1: a, true: b}', '{"1":"b"}'],
    ['.inf', 'INVENTORY_VALUE inv.yml:3:12'],
    ['2024-02-30', 'INVENTORY_VALUE inv.yml:3:12'],
    ['=', 'INVENTORY_VALUE inv.yml:3:12'],
    ['!foo 1', 'INVENTORY_YAML inv.yml:3:17'],
    ['!!set {a}', 'INVENTORY_YAML inv.yml:3:18'],
    ['*x', 'INVENTORY_YAML inv.yml:3:12'],
    ['&x [*x]', 'INVENTORY_YAML inv.yml:3:16'],
    ['{? [a] : 1}', 'INVENTORY_VALUE inv.yml:3:15'],
    ["{1: a, '1': b}", 'INVENTORY_DUPLICATE_KEY inv.yml:3:19'],
    ['!vault |\n     x', 'INVENTORY_VAULT_PASSWORD inv.yml:4:13'],
  ])('%j', (text, expected) => {
    const inv = `all: {hosts: {h1: }}\nweb:\n vars: {v: ${text}}\n hosts: {h1: }\n`
    const block = `all: {hosts: {h1: }}\nweb:\n vars:\n  v: ${text}\n hosts: {h1: }\n`
    const source = text.startsWith('!vault') ? block : inv
    const problems = problemsOf(() => load({ 'inv.yml': source }, ['inv.yml']))
    if (problems.length > 0) expect(problems.join(' ')).toBe(expected)
    else
      expect(listJson(load({ 'inv.yml': source }, ['inv.yml'])).replaceAll(/\s/g, '')).toContain(
        `"v":${expected.replaceAll(' ', '')}`,
      )
  })
  test('refuses aliases of aliases that would fill the memory', () => {
    const levels = Array.from(
      { length: 30 },
      (_, index) => `  l${index + 1}: &l${index + 1} [*l${index}, *l${index}]`,
    )
    const text = `all:\n vars:\n  l0: &l0 [x]\n${levels.join('\n')}\n`
    expect(problemsOf(() => load({ 'inv.yml': text }, ['inv.yml']))).toEqual(['INVENTORY_YAML inv.yml:1:1'])
  })
  test('reports nesting that is too deep instead of crashing', () => {
    const problems = problemsOf(() => load({ 'inv.yml': `a: ${'['.repeat(20_000)}` }, ['inv.yml']))
    expect(problems.every((each) => each.startsWith('INVENTORY_YAML'))).toBe(true)
    expect(problems.length).toBeGreaterThan(0)
  })
})

describe('-e', () => {
  test.each([
    [['a=1'], 'a', '1'],
    [['a=1 b=2', 'a=3'], 'a', '3'],
    [["a='x y'"], 'a', 'x y'],
    [['a="x\\ty"'], 'a', 'x\ty'],
    [['a={{ x y }}'], 'a', '{{ x y }}'],
    [[''], 'a', undefined],
    [['{"a": "j"}'], 'a', 'j'],
    [['@more.yml'], 'a', 'file'],
    [['ansible_port=22'], 'ansible_port', '22'],
  ])('%j', (extraVars, name, expected) => {
    expect(value({ inv: 'h1 b=1', 'more.yml': 'a: file\n' }, 'h1', name, extraVars)?.value).toBe(expected)
  })
  test.each([
    ['oops', 'INVENTORY_EXTRA_VARS -e'],
    ['=x', 'INVENTORY_EXTRA_VARS -e'],
    ['a="x', 'INVENTORY_EXTRA_VARS -e'],
    ['./vars.yml', 'INVENTORY_EXTRA_VARS -e'],
    ['[1]', 'INVENTORY_STRUCTURE -e:1:1'],
    ['{"a": ', 'INVENTORY_YAML -e'],
    ['@none.yml', 'INVENTORY_NOT_FOUND none.yml'],
  ])('refuses %s', (extra, expected) => {
    expect(problemsOf(() => load({ inv: 'h1' }, ['inv'], [extra]))[0]).toContain(expected)
  })
})

test('reports a missing vault password and a damaged vaulted file', () => {
  const vault =
    '$ANSIBLE_VAULT;1.1;AES256\n33363965326261303234626463623963633531343838643863643963653663383838\n'
  const files = memoryFiles({ '/w/inv': 'h1', '/w/host_vars/h1.yml': vault })
  const run = (password: string | undefined) =>
    problemsOf(() =>
      loadInventory({
        cwd: '/w',
        sources: ['inv'],
        files,
        vaultPassword: () => (password === undefined ? undefined : new Secret(password)),
      }),
    )
  expect(run(undefined)).toEqual(['INVENTORY_VAULT_PASSWORD host_vars/h1.yml'])
  expect(run('x')).toEqual(['INVENTORY_VAULT host_vars/h1.yml'])
})

test.each([
  'h1 ansible_password=hunter2 oops',
  "h1 ansible_become_pass='hunter2 x",
  'h1 oops k3s_token="hunter2 x"',
  '[all:vars]\nansible_password={"hunter2"}',
  '[web]\n[web:children]\nregistry_password: hunter2',
])('does not show the password of %j in the error', (text) => {
  try {
    load({ inv: text })
    expect.fail('was read')
  } catch (error) {
    const errors = error instanceof ConvecthubErrors ? error.errors : [error]
    for (const each of errors) {
      expect(each).toBeInstanceOf(ConvecthubError)
      const { message, details } = each as ConvecthubError
      expect(`${message} ${details.evidence} ${details.hint}`).not.toContain('hunter2')
    }
  }
})

test.each([
  `h1 ${'x'.repeat(20_000)}`,
  `h1 a=${'x'.repeat(20_000)} oops`,
  `[${'x'.repeat(20_000)}`,
  `[a b${'x'.repeat(20_000)}]`,
  `[all:vars]\n${'x'.repeat(20_000)}`,
  `[all:vars]\na=${'9'.repeat(20_000)}e999`,
  `[w]\n[w:children]\n${'x '.repeat(10_000)}`,
])('an error in a line of 20,000 characters is short: %.40s', (text) => {
  try {
    load({ inv: text })
    expect.fail('was read')
  } catch (error) {
    const { message, details } = error as ConvecthubError
    expect(`${message}${details.hint}`.length).toBeLessThan(300)
    expect((details.evidence ?? '').split('\n').every((line) => line.length <= 123)).toBe(true)
  }
})

test.each([
  '[all:vars]\nconvect_token hunter2',
  '[all:vars]\nhunter2',
  'h1 token;hunter2',
  'h1 hunter2',
  '[w]\n[w:children]\npassword hunter2',
  '[w]\n[w:children]\nhttp://bob:hunter2@proxy',
])('does not quote %j, which may hold a secret', (text) => {
  try {
    load({ inv: text })
    expect.fail('was read')
  } catch (error) {
    const { message, details } = error as ConvecthubError
    expect(`${message} ${details.evidence} ${details.hint}`).not.toContain('hunter2')
  }
})

test('does not quote a value that takes a comment along', () => {
  const text = '[all:vars]\nansible_password=hunter2 # old one\nmotd=hunter2 # old one\n'
  const { warnings } = load({ inv: text })
  expect(warnings.map(({ message }) => message)).toEqual([
    'the comment is part of the value of ansible_password',
    'the comment is part of the value of motd',
  ])
  expect(JSON.stringify(warnings[0])).not.toContain('hunter2')
})
