import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { roadOf } from './road.ts'

const README = readFileSync(new URL('../../README.md', import.meta.url), 'utf8')

it('every block of README.md says where it is run, and test/e2e/readme.test.ts runs it there', () => {
  const blocks = roadOf(README)
  expect(blocks.length).toBeGreaterThan(10)
  const notRun = blocks.filter(({ place }) => place === 'not run').map(({ reason }) => reason)
  // what fetches from the internet is walked in the lab, with servers of that test
  expect(notRun).toEqual([expect.stringMatching(/^it needs the internet; test\/e2e\/air-gap\.test\.ts /)])
})

it('every block of README.md with a command is walked', () => {
  const commands = README.split('\n').filter((line) => /^(sudo |npm |ssh|convecthub (?!turns))/.test(line))
  const walked = roadOf(README).flatMap(({ text }) => text.split('\n'))
  expect(commands.filter((line) => !walked.includes(line))).toEqual([])
})

it.each([
  { what: 'no mark', page: '```sh\nls\n```' },
  { what: 'an unknown place', page: '<!-- road: nowhere -->\n```sh\nls\n```' },
  { what: 'a mark that is not next to it', page: '<!-- road: laptop -->\n\n```sh\nls\n```' },
  { what: 'no reason', page: '<!-- road: not run -->\n```sh\nls\n```' },
])('a block with $what is an error', ({ page }) => {
  expect(() => roadOf(page)).toThrow('the block has no mark that says where it is run')
})

it('a block has its place, its text and the output below it', () => {
  const page = 'x\n<!-- road: laptop -->\n```sh\nls\npwd\n```\n\n```text\n/home\n```\n'
  expect(roadOf(page)).toEqual([{ place: 'laptop', reason: '', text: 'ls\npwd', output: ['/home'], line: 4 }])
})
