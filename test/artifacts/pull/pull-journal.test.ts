import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { PullJournal } from '../../../src/artifacts/pull/pull-journal.ts'
import { artifact } from '../../helpers/test-cluster.ts'

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-journal-'))
  path = join(folder, 'journal')
})
afterEach(() => rmSync(folder, { recursive: true }))

const [k3s, helm] = [artifact('k3s'), artifact('helm')]

it('knows what was done before, for the same pull only', () => {
  new PullJournal(path, 'this').add(k3s)
  expect(new PullJournal(path, 'this').get('k3s')).toEqual(k3s)
  expect(new PullJournal(path, 'other').get('k3s')).toBeUndefined()
  expect(new PullJournal(path, 'this').get('k3s')).toBeUndefined()
})

it.each([0, 1, 10, 50])('passes over a line that was cut off after %i characters', (length) => {
  new PullJournal(path, 'this').add(k3s)
  const kept = readFileSync(path).length
  new PullJournal(path, 'this').add(helm)
  truncateSync(path, kept + length)
  const journal = new PullJournal(path, 'this')
  expect(journal.get('helm')).toBeUndefined()
  journal.add(helm)
  const again = new PullJournal(path, 'this')
  expect([again.get('k3s'), again.get('helm')]).toEqual([k3s, helm])
})

it('passes over what is no file of a bundle', () => {
  new PullJournal(path, 'this').add(k3s)
  appendFileSync(path, `${JSON.stringify({ ...k3s, name: '../../etc/passwd' })}\n`)
  expect(new PullJournal(path, 'this').get('../../etc/passwd')).toBeUndefined()
})
