import { expect, it } from 'vitest'
import { ERRORS } from '../../src/error-codes.ts'
import { sourceFiles } from '../helpers/source-files.ts'

const CODES = Object.keys(ERRORS)

it('every error code is in capitals, unlike the ids of preflight findings', () => {
  expect(CODES.filter((code) => !/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/.test(code))).toEqual([])
})

it('every error code is used', () => {
  const texts = sourceFiles().flatMap(({ path, text }) => (path === 'error-codes.ts' ? [] : [text]))
  expect(CODES.filter((code) => !texts.some((text) => text.includes(`'${code}'`)))).toEqual([])
})
