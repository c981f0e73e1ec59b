import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { addKnownHost } from '../../src/transport/known-hosts-file.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-known-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it.each([
  { what: 'a folder', make: () => mkdirSync(join(folder, 'known')), path: 'known' },
  { what: 'below a file', make: () => writeFileSync(join(folder, 'known'), ''), path: 'known/hosts' },
])('a known_hosts file that is $what is KNOWN_HOSTS', ({ make, path }) => {
  make()
  const file = join(folder, path)
  const error = addKnownHost('w1', file, 'w1 ssh-ed25519 AAAA\n')
  expect(error).toMatchObject({ code: 'KNOWN_HOSTS', details: { host: 'w1' } })
  expect(error?.message).toContain(file)
})

it('adds a line after one without its end', () => {
  const file = join(folder, 'ssh/known_hosts')
  expect(addKnownHost('w1', file, 'w1 a')).toBeUndefined()
  expect(addKnownHost('w2', file, 'w2 b\n')).toBeUndefined()
  expect(readFileSync(file, 'utf8')).toBe('w1 a\nw2 b\n')
})
