import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { onlyOnePull } from '../../../src/artifacts/pull/only-one-pull.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const lock = () => join(folder, 'lock')

it('lets one pull work at a time, and the next one when it has ended', () => {
  const release = onlyOnePull(folder)
  expect(() => onlyOnePull(folder)).toThrow(
    expect.objectContaining({
      code: 'BUNDLE_BUSY',
      exit: 'failed',
      message: expect.stringMatching(
        new RegExp(`^another pull or unpack works in this folder: process ${process.pid}, since \\d{4}-`),
      ),
      details: { hint: `wait for it, or end it: kill ${process.pid}` },
    }),
  )
  release()
  onlyOnePull(folder)()
  expect(readdirSync(folder)).toEqual([])
})

const mine = () => {
  const release = onlyOnePull(folder)
  const owner = JSON.parse(readFileSync(lock(), 'utf8'))
  release()
  return owner
}

it.each<{ what: string; left: (owner: object) => string }>([
  { what: 'a process that has ended', left: (owner) => JSON.stringify({ ...owner, pid: 2 ** 30 }) },
  {
    what: 'an older process of the same number',
    left: (owner) => JSON.stringify({ ...owner, began: 'earlier' }),
  },
  { what: 'a computer that crashed while it was written', left: () => '' },
])('takes over from $what', ({ left }) => {
  writeFileSync(lock(), left(mine()))
  const release = onlyOnePull(folder)
  expect(JSON.parse(readFileSync(lock(), 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
  release()
  expect(readdirSync(folder)).toEqual([])
})

it('believes a process of another computer, which it cannot ask', () => {
  writeFileSync(lock(), JSON.stringify({ ...mine(), host: 'desk', pid: 2 ** 30 }))
  expect(() => onlyOnePull(folder)).toThrow(
    expect.objectContaining({
      message: expect.stringContaining(`process ${2 ** 30} on desk, since`),
      details: { hint: `wait for it; if it has ended there: rm ${lock()}` },
    }),
  )
})
