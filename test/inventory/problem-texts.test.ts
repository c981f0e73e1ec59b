import { expect, test } from 'vitest'
import { ConvecthubError, ConvecthubErrors } from '../../src/errors.ts'
import type { Inventory } from '../../src/inventory/inventory.ts'
import { selectHosts } from '../../src/inventory/limit/select-hosts.ts'
import { hostJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { connectionSettings } from '../../src/inventory/vars/connection-settings.ts'
import { memoryFiles } from './memory-files.ts'

type Contents = Record<string, string | Uint8Array>

function load(contents: Contents, sources = ['inv']): Inventory {
  const at = Object.entries(contents).map(([path, content]) => [`/w/${path}`, content])
  return loadInventory({ cwd: '/w', sources, files: memoryFiles(Object.fromEntries(at)) })
}

/** The first error that `run` throws, as "message → hint". */
function told(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    const first = error instanceof ConvecthubErrors ? error.errors[0] : error
    if (!(first instanceof ConvecthubError)) throw first
    return `${first.message} → ${first.details.hint}`
  }
  throw new Error('nothing was wrong')
}

const INV = 'w1\nweb1 a_name=1\n[worker]\nw1\n'
const files = memoryFiles({})
const limited = (limit: string) => {
  const { strictErrors } = selectHosts(load({ inv: INV }), `w1,${limit}`, { cwd: '/w', files })
  throw strictErrors[0]
}

test.each([
  { what: 'a group in a limit', run: () => limited('workr'), hint: 'did you mean worker?' },
  { what: 'a host in a limit', run: () => limited('wbe1'), hint: 'did you mean web1?' },
  { what: 'an excluded group', run: () => limited('!workr'), hint: 'did you mean worker?' },
  { what: 'nothing alike in a limit', run: () => limited('nope'), hint: 'a part is a host, a group, ' },
  { what: 'a host', run: () => hostJson(load({ inv: INV }), 'web2'), hint: 'did you mean web1?' },
  {
    what: 'a group of vars',
    run: () => load({ inv: `${INV}[wroker:vars]\n` }),
    hint: 'did you mean worker?',
  },
  { what: 'a child', run: () => load({ inv: `${INV}[x:children]\nworkr\n` }), hint: 'did you mean worker?' },
  {
    what: 'a child of no name alike',
    run: () => load({ inv: `${INV}[x:children]\ny_\n` }),
    hint: 'add [y_], or',
  },
  {
    what: 'a variable',
    run: () =>
      connectionSettings(
        load({ inv: 'h1 a_name=1 ansible_host={{a_nam}}' }).hosts.get('h1') ?? expect.fail(),
      ),
    hint: 'did you mean a_name?',
  },
])('asks what was meant by a misspelt name: $what', ({ run, hint }) => {
  expect(told(run)).toContain(` → ${hint}`)
})

const settings = (vars: string) => () =>
  connectionSettings(load({ inv: `h1 ${vars}\n` }).hosts.get('h1') ?? expect.fail())

test.each([
  {
    run: settings('ansible_host=10.0.0.3:2222'),
    text: 'ansible_host takes no port → write ansible_host=10.0.0.3 ansible_port=2222',
  },
  {
    run: settings('ansible_ssh_host=[::1]:2222'),
    text: 'ansible_ssh_host takes no port → write ansible_ssh_host=[::1] ansible_port=2222',
  },
  {
    run: settings('ansible_ssh_common_args=-o ProxyJump=x'),
    text: "-o has no value: a line is split at its blanks → put quotes around all of it: ansible_ssh_common_args='-o ProxyJump=bastion'",
  },
])('tells $text', ({ run, text }) => expect(told(run)).toBe(text))

test('takes IPv6 addresses, and options of ssh without a value', () => {
  expect(settings('ansible_host=fe80::1:22')().address).toBe('fe80::1:22')
  expect(settings('ansible_ssh_args=-4')().sshArgs).toEqual(['-4'])
})

test.each([
  {
    code: 'EACCES',
    text: "it cannot be read: permission denied → look who may read it: ls -ld '/w/my inv'",
  },
  { code: 'EIO', text: "it cannot be read: i/o error → look who may read it: ls -ld '/w/my inv'" },
])('tells why a file cannot be read without the words of node: $code', ({ code, text }) => {
  const fail = () => {
    throw Object.assign(new Error(`${code}: what node says, open '/w/my inv'`), { code, syscall: 'open' })
  }
  const files = { ...memoryFiles({ '/w/my inv': '' }), read: fail }
  expect(told(() => loadInventory({ cwd: '/w', sources: ['my inv'], files }))).toBe(text)
})

const QUOTE = 'put quotes around the value'
const LEVEL = 'give the lines of one level the same number of spaces'
const COLON = 'write `key: value`, or `key:` with its values on the next lines'
test.each([
  { yaml: 'a: b: c', reason: 'a second colon in one line', hint: 'put quotes around a value that has a ' },
  { yaml: 'a:\n    b:\n  c:', reason: 'this line is indented otherwise than the lines it ', hint: LEVEL },
  { yaml: 'a:\n  b:\n  c', reason: 'a line without a colon, or without a blank after it', hint: COLON },
  { yaml: 'a:1\nb: 2', reason: 'a line without a colon, or without a blank after it', hint: COLON },
  { yaml: 'a:\n  - b\n - c', reason: 'an item of a list (-) is indented otherwise than the list' },
  { yaml: 'a: - b', reason: 'a list begins in the line of its key', hint: 'begin it on the next line, ' },
  { yaml: 'a: "b', reason: 'a quote (") that is not closed', hint: 'close the quote where the value ends' },
  { yaml: "a: 'b", reason: "a quote (') that is not closed", hint: 'close the quote where the value ends' },
  { yaml: 'a: @b', reason: 'a value cannot begin with @', hint: QUOTE },
  { yaml: 'a: %b', reason: 'a value cannot begin with %', hint: QUOTE },
  { yaml: 'a: `b', reason: 'a value cannot begin with `', hint: QUOTE },
  { yaml: 'a: *', reason: 'a value cannot begin with *', hint: QUOTE },
  { yaml: 'a: &', reason: 'a value cannot begin with &', hint: QUOTE },
  {
    yaml: 'a: {{ x }}/b',
    reason: 'more text after the end of the value',
    hint: 'put quotes around the whole',
  },
  { yaml: 'a: "b" c', reason: 'more text after the end of the value', hint: 'put quotes around the whole' },
  { yaml: 'a: [b', reason: 'a ] is missing at the end of the value, or not indented', hint: 'close each [ ' },
  { yaml: 'a: {b: c', reason: 'a } is missing at the end of the value, or not indented', hint: 'close each' },
  { yaml: 'a: ["b" c]', reason: 'a comma is missing between two items', hint: 'put a comma between the ' },
  {
    yaml: 'a: "C:\\dir"',
    reason: '\\d means nothing in double quotes',
    hint: 'use single quotes, in which \\',
  },
  { yaml: 'a: |b\n  c', reason: 'more text after | or >', hint: 'begin the text on the next line' },
  { yaml: 'a: &b &c d', reason: 'A node can have at most one anchor', hint: 'undefined' },
])('says in plain words what is wrong with the YAML $yaml', ({ yaml, reason, hint = '' }) => {
  const text = told(() => load({ 'inv.yml': `${yaml}\n` }, ['inv.yml']))
  expect(text.startsWith(`not valid YAML: ${reason}`), text).toBe(true)
  expect(text).toContain(` → ${hint}`)
})

const latin1 = (text: string) => new Uint8Array(Buffer.from(text, 'latin1'))
test.each([
  { contents: { inv: latin1('h\xe9\n') }, told: 'this is not valid UTF-8 → save the file as UTF-8' },
  {
    contents: { inv: latin1('\x1f\x8b\x08\0\0\xff') },
    told: 'this is not a text file → is it the right file? ',
  },
  { contents: { 'inv.yml': latin1('\x1f\x8b\0') }, sources: ['inv.yml'], told: 'this is not a text file → ' },
  { contents: {}, told: 'there is no such inventory → ' },
  { contents: { 'inv/x.ini': '' }, told: 'there is no inventory file in this folder → ' },
  { contents: { inv: '[[a]]\nx = {' }, told: 'this is a TOML inventory, ' },
])('does not repeat the name of the file: $told', ({ contents, sources, told: text }) => {
  expect(told(() => load(contents as Contents, sources)).startsWith(text)).toBe(true)
})
