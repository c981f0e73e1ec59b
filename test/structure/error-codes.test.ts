import { expect, it } from 'vitest'
import { ERRORS, FINDINGS, WARNINGS } from '../../src/error-codes.ts'
import { FOUNDED_RULES } from '../../src/steps/cluster-rules.ts'
import { sourceFiles } from '../helpers/source-files.ts'

const CODES = Object.keys(ERRORS)

it('every error code is in capitals, unlike the ids of preflight findings', () => {
  expect(CODES.filter((code) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))).toEqual([])
})

it('every error code, warning and finding is used', () => {
  const texts = sourceFiles().flatMap(({ path, text }) => (path === 'error-codes.ts' ? [] : [text]))
  const all = [...CODES, ...WARNINGS, ...Object.keys(FINDINGS)]
  expect(all.filter((code) => !texts.some((text) => text.includes(`'${code}'`)))).toEqual([])
})

it('what would harm a cluster is firm', () => {
  const errors = FOUNDED_RULES.filter(({ level = 'error' }) => level === 'error')
  expect(errors.filter(({ id }) => FINDINGS[id] !== 'firm').map(({ id }) => id)).toEqual([])
})
