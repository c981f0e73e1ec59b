import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { UNSUPPORTED } from '../../src/ssh-config/ssh-keyword-kinds.ts'
import { FOLLOWED } from '../../src/ssh-config/ssh-keywords.ts'
import { type AlgorithmKeyword, algorithms } from '../../src/transport/algorithms.ts'

const text = readFileSync(new URL('../../docs/connections.md', import.meta.url), 'utf8')

const part = (name: string) =>
  new RegExp(`<!-- ${name} -->([\\s\\S]*?)<!-- /${name} -->`).exec(text)?.[1] ?? ''

/** Keywords that the page explains in words, because they make no sense on a command line. */
const IN_WORDS = ['host', 'match', 'include']

it.each([
  ['followed', FOLLOWED],
  ['unsupported', [...UNSUPPORTED.keys()].filter((name) => !IN_WORDS.includes(name))],
])('docs/connections.md lists the %s options of the code', (name, keywords) => {
  const listed = part(name)
    .split(',')
    .map((word) => word.trim().toLowerCase())
    .toSorted()
  expect(listed).toEqual([...keywords].toSorted())
})

it('docs/connections.md lists the algorithms that the code offers', () => {
  const listed = part('algorithms')
    .trim()
    .split(/^- /m)
    .slice(1)
    .map((line) => line.replaceAll(/\s+/g, ' ').trim())
  expect(listed.length).toBe(5)
  for (const line of listed) {
    const [, keyword = '', names] = /^`(\w+)`: (.*)$/.exec(line) ?? []
    const [offered] = Object.values(algorithms({ [keyword as AlgorithmKeyword]: '+nothing' }))
    expect(names?.split(', '), keyword).toEqual(offered)
  }
})
