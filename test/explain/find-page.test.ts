import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { explainVerb } from '../../src/commands/explain.ts'
import { ERRORS, FINDINGS, WARNINGS } from '../../src/error-codes.ts'
import { codeKey, GROUPS, PAGES } from '../../src/explain/find-page.ts'
import { printed } from '../helpers/printed.ts'

const CODES = [...Object.keys(ERRORS), ...Object.keys(FINDINGS), ...WARNINGS]

it('every error, finding and warning has one page, and every page is of one', () => {
  expect(Object.keys(PAGES).toSorted()).toEqual(CODES.toSorted())
})

it('every code is in one group', () => {
  expect(GROUPS.flatMap(({ codes }) => codes).toSorted()).toEqual(CODES.toSorted())
})

it('no part of src/explain has the page of a code that another part has', () => {
  const folder = new URL('../../src/explain/', import.meta.url)
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('-pages.ts'))
    .map((name) => readFileSync(new URL(name, folder), 'utf8'))
  const named = texts.flatMap((text) =>
    [...text.matchAll(/^ {2}'?([\w-]+)'?: \{$/gm)].map(([, code]) => code),
  )
  expect(named.toSorted()).toEqual(CODES.toSorted())
})

it('codes differ by more than case and dashes', () => {
  expect(new Set(CODES.map(codeKey)).size).toBe(CODES.length)
})

it.each(Object.entries(PAGES))('the page of %s is sentences', (_code, { means, causes, fix }) => {
  for (const text of [means, causes, fix]) {
    expect(text).toMatch(/^\S[^\n]*\S$/)
    expect(text.length).toBeLessThan(300)
    expect(text).toMatch(/[.:=']$|`$/)
    expect(text.split('`').length % 2).toBe(1)
  }
})

it.each(['HOST_KEY_CHANGED', 'host_key_changed', 'Host-Key-Changed'])('explains %s', async (text) => {
  const { lines } = await printed(() => explainVerb(text))
  expect(lines[0]).toBe('HOST_KEY_CHANGED (exit code 5)')
  expect(lines.join(' ')).toContain('ssh-keygen -R')
})

it.each([
  { text: 'cpu', title: 'cpu (exit code 6, or a warning with --ignore-preflight cpu)' },
  { text: 'token', title: 'token (exit code 6)' },
  { text: 'hostname', title: 'hostname (a warning)' },
  { text: 'SHARED_ADMIN', title: 'SHARED_ADMIN (a warning)' },
  { text: 'INTERRUPTED', title: 'INTERRUPTED (exit code 130)' },
])('says what becomes of the command: $title', async ({ text, title }) => {
  expect((await printed(() => explainVerb(text))).lines[0]).toBe(title)
})

it('lists every code in one line without an argument', async () => {
  const { lines } = await printed(() => explainVerb(undefined))
  expect(lines.filter((line) => line.startsWith('  ')).map((line) => line.trim().split(' ')[0])).toEqual(
    GROUPS.flatMap(({ codes }) => codes),
  )
  expect(lines.filter((line) => line.length > 140)).toEqual([])
})

it.each([
  { text: 'HOST_KEY_CHAGNED', hint: 'did you mean HOST_KEY_CHANGED? All codes: convecthub explain' },
  { text: 'memroy', hint: 'did you mean memory? All codes: convecthub explain' },
  { text: 'xyzzy', hint: 'all codes: convecthub explain' },
])('refuses $text', async ({ text, hint }) => {
  await expect(explainVerb(text)).rejects.toMatchObject({ code: 'USAGE', details: { hint } })
})

it('every code is named by a test, and not only by the samples of src/ui', () => {
  const folder = new URL('../', import.meta.url)
  const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /^(?!explain\/|ui\/).*\.test\.ts$/.test(path))
    .map((path) => readFileSync(new URL(path, folder), 'utf8'))
  const names = (code: string) => new RegExp(`(?<![\\w-])${code}(?![\\w-])`)
  expect(CODES.filter((code) => !texts.some((text) => names(code).test(text)))).toEqual([])
})
