import { expect, it } from 'vitest'
import { volumes, volumesText } from '../../src/facts/volumes.ts'
import { parseFact } from '../helpers/parse-fact.ts'

const NO_DATA = { count: 0, sizeMiB: undefined }

it.each([
  { text: 'count 0', value: NO_DATA, words: '' },
  { text: 'count 1\nkib 1024', value: { count: 1, sizeMiB: 1 }, words: '1 volume (1 MB)' },
  { text: 'count 12\nkib 13002342', value: { count: 12, sizeMiB: 12698 }, words: '12 volumes (12.4 GB)' },
  { text: 'count 3', value: { count: 3, sizeMiB: undefined }, words: '3 volumes (of unknown size)' },
  { text: '', value: NO_DATA, words: '' },
])('reads the volumes "$text"', ({ text, value, words }) => {
  expect(parseFact(volumes, text)).toEqual(value)
  expect(volumesText([value])).toBe(words)
})
