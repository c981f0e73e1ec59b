import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { graph } from '../../src/inventory/graph.ts'
import { hostJson, listJson } from '../../src/inventory/list-json.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { nodeFiles } from '../../src/inventory/node-files.ts'
import { shellWords } from '../../src/inventory/python/shell-words.ts'
import { Secret } from '../../src/secret.ts'
import { CASES, place, problemsOf, squeeze } from './cases-support.ts'

const load = (cwd: string, sources: string[], extraVars: string[] = []) =>
  loadInventory({ cwd, sources, extraVars, files: nodeFiles, vaultPassword: () => vaultPassword(cwd) })

function vaultPassword(cwd: string): Secret | undefined {
  const file = join(cwd, 'vault-password')
  return existsSync(file) ? new Secret(readFileSync(file, 'utf8').trim()) : undefined
}

/** Cases that convecthub refuses, whatever Ansible does: the errors with their places. */
const REFUSED: Readonly<Record<string, string[]>> = {
  '07-host-semicolon.ini': ['INVENTORY_HOST_LINE 07-host-semicolon.ini:3:8'],
  '10-range-bad-alpha.ini': ['INVENTORY_RANGE 10-range-bad-alpha.ini:2:1'],
  '11-range-no-end.ini': ['INVENTORY_RANGE 11-range-no-end.ini:2:1'],
  '13-range-one-number.ini': ['INVENTORY_RANGE 13-range-one-number.ini:2:1'],
  '17-ipv6-bare-brackets.ini': ['INVENTORY_SECTION 17-ipv6-bare-brackets.ini:2:1'],
  '19-section-semicolon.ini': ['INVENTORY_SECTION 19-section-semicolon.ini:3:1'],
  '20-section-spaces.ini': ['INVENTORY_SECTION 20-section-spaces.ini:1:1'],
  '22-section-unclosed.ini': ['INVENTORY_SECTION 22-section-unclosed.ini:3:1'],
  '25-vars-undefined.ini': ['INVENTORY_UNDEFINED_GROUP 25-vars-undefined.ini:3:1'],
  '26-children-loop.ini': ['INVENTORY_GROUP_LOOP 26-children-loop.ini:4:1'],
  '33-unclosed-quote.ini': ['INVENTORY_HOST_LINE 33-unclosed-quote.ini:2:9'],
  '34-vars-no-equals.ini': ['INVENTORY_VARS_LINE 34-vars-no-equals.ini:4:1'],
  '36-jinja-int-crash.ini': ['INVENTORY_VALUE 36-jinja-int-crash.ini:5:1'],
  '45-latin1-value.ini': ['INVENTORY_ENCODING 45-latin1-value.ini:3:9'],
  '46-backslash-eol.ini': ['INVENTORY_HOST_LINE 46-backslash-eol.ini:2:8'],
  '48-children-with-vars.ini': ['INVENTORY_CHILDREN_LINE 48-children-with-vars.ini:4:1'],
  '51-no-extension-bad': ['INVENTORY_HOST_LINE 51-no-extension-bad:2:4'],
  '52-complex-values.ini': [
    'INVENTORY_VALUE 52-complex-values.ini:2:4',
    'INVENTORY_VALUE 52-complex-values.ini:2:15',
  ],
  '55-infinity.ini': ['INVENTORY_VALUE 55-infinity.ini:2:4', 'INVENTORY_VALUE 55-infinity.ini:2:12'],
  '58-children-bad-name.ini': ['INVENTORY_CHILDREN_LINE 58-children-bad-name.ini:4:1'],
  '5b-empty-host-name.ini': ['INVENTORY_HOST_PATTERN 5b-empty-host-name.ini:2:1'],
  '61-hosts-list.yml': ['INVENTORY_STRUCTURE 61-hosts-list.yml:2:3'],
  '63-int-host.yml': ['INVENTORY_STRUCTURE 63-int-host.yml:3:5'],
  '64-dup-key.yml': ['INVENTORY_DUPLICATE_KEY 64-dup-key.yml:4:3'],
  '66-toplevel-list.yml': ['INVENTORY_STRUCTURE 66-toplevel-list.yml:1:1'],
  '67-hosts-vars-string.yml': ['INVENTORY_STRUCTURE 67-hosts-vars-string.yml:3:9'],
  '69-tab.yml': ['INVENTORY_YAML 69-tab.yml:2:1', 'INVENTORY_YAML 69-tab.yml:3:1'],
  '84-bad-groupvars': ['INVENTORY_STRUCTURE group_vars/web.yml:1:1'],
  '86-bad-then-good': ['INVENTORY_HOST_LINE bad.ini:3:4'],
  '95-vars-only-child': ['INVENTORY_UNDEFINED_GROUP inv.ini:2:1'],
  '96-vars-then-child-only': ['INVENTORY_UNDEFINED_GROUP inv.ini:1:1'],
  'c9-anchor-twice': ['INVENTORY_YAML host_vars/h1.yml:2:4'],
  '9c-all-nested': ['INVENTORY_GROUP_LOOP inv.ini:6:1'],
}

/** Cases with mistakes that Ansible silently accepts: the strict errors with their places. */
const DOUBTED: Readonly<Record<string, string[]>> = {
  '37-group-chars.ini': [
    'INVENTORY_GROUP_NAME 37-group-chars.ini:1:1',
    'INVENTORY_GROUP_NAME 37-group-chars.ini:3:1',
    'INVENTORY_GROUP_NAME 37-group-chars.ini:5:1',
  ],
  '39-localhost.ini': ['INVENTORY_LOCALHOST_TWICE 39-localhost.ini:2:1'],
  '99-groupvars-dir-is-file': ['INVENTORY_VARS_FOLDER group_vars'],
  '08-ranges.ini': ['INVENTORY_RANGE 08-ranges.ini:20:1'],
  '14-ports.ini': ['INVENTORY_HOST_PATTERN 14-ports.ini:7:1', 'INVENTORY_PORT 14-ports.ini:12:1'],
  '5d-port-odd.ini': [
    'INVENTORY_HOST_PATTERN 5d-port-odd.ini:2:1',
    'INVENTORY_HOST_PATTERN 5d-port-odd.ini:3:1',
    'INVENTORY_HOST_PATTERN 5d-port-odd.ini:4:1',
    'INVENTORY_PORT 5d-port-odd.ini:6:1',
    'INVENTORY_HOST_PATTERN 5d-port-odd.ini:7:1',
    'INVENTORY_HOST_PATTERN 5d-port-odd.ini:9:1',
  ],
}

/** Cases that convecthub reads with warnings. */
const WARNED: Readonly<Record<string, string[]>> = {
  '05-section-hash.ini': ['INVENTORY_COMMENT_IN_VALUE', 'INVENTORY_COMMENT_IN_VALUE'],
  'c25-latin1-comments.ini': Array(8).fill('INVENTORY_ENCODING'),
  '87-directory': ['INVENTORY_SKIPPED_FILE'],
}

function check(name: string, cwd: string, sources: string[], extraVars: string[], expected: string) {
  const refused = REFUSED[name]
  if (refused !== undefined) {
    expect(problemsOf(() => load(cwd, sources, extraVars))).toEqual(refused)
    return
  }
  const inventory = load(cwd, sources, extraVars)
  expect(squeeze(listJson(inventory))).toBe(squeeze(expected))
  expect(inventory.warnings.map((warning) => warning.code)).toEqual(WARNED[name] ?? [])
  expect(inventory.strictErrors.map(place)).toEqual(DOUBTED[name] ?? [])
}

/** The JSON that Ansible printed, without the warnings above it. */
function answerOf(path: string): string {
  if (existsSync(`${path}.json`)) return readFileSync(`${path}.json`, 'utf8')
  return readFileSync(`${path}.txt`, 'utf8').replace(/^.*--- stdout\n/s, '')
}

describe('lists single files like ansible-inventory', () => {
  const names = readdirSync(CASES).filter(
    (name) =>
      existsSync(join(CASES, `${name}.expected.json`)) || existsSync(join(CASES, `${name}.expected.txt`)),
  )
  test.each(names)('%s', (name) => check(name, CASES, [name], [], answerOf(join(CASES, `${name}.expected`))))
})

describe('lists folders like ansible-inventory', () => {
  const root = join(CASES, 'dirs')
  // It runs a program, so it is in script-source.integration.test.ts.
  const names = readdirSync(root).filter((name) => name !== '92-executable')
  test.each(names)('%s', (name) => {
    const folder = join(root, name)
    const split = shellWords(readFileSync(join(folder, 'args'), 'utf8').trim(), { comments: false })
    const words = 'words' in split ? split.words.map((word) => word.text) : []
    const valuesOf = (option: string) => words.filter((_, index) => words[index - 1] === option)
    check(name, folder, valuesOf('-i'), valuesOf('-e'), answerOf(join(folder, 'expected')))
  })
})

describe('prints --graph and --host like ansible-inventory', () => {
  const folder = join(CASES, 'dirs/c7-graph')
  const expected = (name: string) => readFileSync(join(folder, name), 'utf8').trimEnd()
  const inventory = load(folder, ['inv.ini'])
  test('the graph of all groups', () => expect(graph(inventory)).toBe(expected('expected.graph.txt')))
  test('the graph with variables', () =>
    expect(graph(inventory, { vars: true })).toBe(expected('expected.graph-vars.txt')))
  test('the variables of a host', () =>
    expect(squeeze(hostJson(inventory, 'h1'))).toBe(squeeze(expected('expected.host-h1.json'))))
  test('an error for an unknown host', () =>
    expect(problemsOf(() => hostJson(inventory, 'nope'))).toEqual(['INVENTORY_NO_HOST ']))
  test('*** in place of vaulted values', () => {
    const text = graph(load(join(CASES, 'dirs/c3-vault'), ['inv.ini']), { vars: true })
    expect(text).toContain('{inline = ***}')
    expect(text).toContain('{whole = ***}')
    expect(text).not.toMatch(/p@ss|from-vault|deep/)
  })
})
