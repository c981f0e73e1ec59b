import { expect, it } from 'vitest'
import { markdownLines } from '../../src/ui/markdown-lines.ts'

it.each([
  { what: 'a title', text: '# All `of` it', lines: ['All of it'] },
  { what: 'a paragraph', text: 'one two\nthree four five six', lines: ['one two three', 'four five six'] },
  {
    what: 'an item of a list',
    text: '- one two three\n  four five\n- six',
    lines: ['- one two three', '  four five', '- six'],
  },
  {
    what: 'a word that is too long',
    text: 'a\nvery-long-indeed-it-is',
    lines: ['a', 'very-long-indeed-it-is'],
  },
  { what: 'wide characters', text: '日本日本 日本日本 ab', lines: ['日本日本', '日本日本 ab'] },
  {
    what: 'code',
    text: 'x\n\n```sh\na   | b\n\n# c\n```\n\ny',
    lines: ['x', '', '    a   | b', '', '    # c', '', 'y'],
  },
  { what: 'links', text: '[a](a.md) [b](https://b)', lines: ['a b (https://b)'] },
  { what: 'emphasis, but no globs', text: '**a** *b c* web* d*', lines: ['a b c web* d*'] },
  {
    what: 'a table',
    text: '| name | meaning | for |\n| --- | --- | --- |\n| `a` | it \\| that | all |\n| b | | x |',
    lines: ['a', '    it | that', '    for: all', 'b', '    for: x'],
  },
  { what: 'marks of generated parts', text: '<!-- a -->\nb\n<!-- /a -->', lines: ['b'] },
])('shows $what', ({ text, lines }) => {
  expect(markdownLines(text, 16)).toEqual(lines)
})
