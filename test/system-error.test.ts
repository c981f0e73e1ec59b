import { readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { systemReason } from '../src/system-error.ts'

it.each([
  { what: 'a missing file', act: () => readFileSync('/no/such'), reason: 'no such file' },
  { what: 'a folder', act: () => readFileSync(tmpdir()), reason: 'it is a folder, not a file' },
  {
    what: 'a file as a folder',
    act: () => readdirSync(join(import.meta.dirname, 'system-error.test.ts')),
    reason: 'not a directory',
  },
  {
    what: 'a full disk',
    act: () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    },
    reason: 'no space left on device',
  },
  {
    what: 'an error of our own',
    act: () => {
      throw new Error('the password is empty\nand more')
    },
    reason: 'the password is empty',
  },
])('says why $what fails without the words of node', ({ act, reason }) => {
  let error: unknown
  try {
    act()
  } catch (thrown) {
    error = thrown
  }
  expect(systemReason(error)).toBe(reason)
})
