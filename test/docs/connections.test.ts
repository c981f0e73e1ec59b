import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { UNSUPPORTED } from '../../src/ssh-config/ssh-keyword-kinds.ts'
import { FOLLOWED } from '../../src/ssh-config/ssh-keywords.ts'

const text = readFileSync(new URL('../../docs/connections.md', import.meta.url), 'utf8')

/** What makes no sense on a command line is told in words. */
const IN_WORDS = ['host', 'match', 'include']

it.each([
  ['followed', FOLLOWED],
  ['unsupported', [...UNSUPPORTED.keys()].filter((name) => !IN_WORDS.includes(name))],
])('the options that are %s are those of the code', (name, keywords) => {
  const part = new RegExp(`<!-- ${name} -->([\\s\\S]*?)<!-- /${name} -->`).exec(text)?.[1] ?? ''
  const listed = part
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .toSorted()
  expect(listed).toEqual([...keywords].toSorted())
})
