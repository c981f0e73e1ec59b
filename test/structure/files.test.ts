import { expect, it } from 'vitest'
import { sourceFiles } from '../helpers/source-files.ts'

const FILES = sourceFiles()
const CEILING = 9 * 1024

/** Files that are not named for their export. */
const NAMED_OTHERWISE = ['cli.ts', 'inventory/check-inventory.ts', 'inventory/ini/ini-value.ts']

const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1, -'.ts'.length)
const exportsOf = (text: string) =>
  [...text.matchAll(/^export (?:async )?(?:function\*?|const|class|interface|type) (\w+)/gm)].map(
    ([, name = '']) => name,
  )

it.each([
  { what: 'a default export', pattern: /^export default/m },
  { what: 'a re-export', pattern: /^export (?:\*|\{[^}]*\}|type \{[^}]*\}) from/m },
  { what: 'an import without the extension', pattern: /from '\.[^']*(?<!\.ts)'/ },
])('no file has $what', ({ pattern }) => {
  expect(FILES.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([])
})

it('no file is over 9 KB', () => {
  expect(FILES.filter(({ text }) => Buffer.byteLength(text) > CEILING).map(({ path }) => path)).toEqual([])
})

it('every file has a specific name in kebab-case', () => {
  const catchAlls = ['index', 'utils', 'util', 'helpers', 'common', 'misc', 'types']
  const odd = FILES.map(({ path }) => nameOf(path)).filter(
    (name) => !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name) || catchAlls.includes(name),
  )
  expect(odd).toEqual([])
})

it('the name of a file with one export shares a word with the export', () => {
  const odd = FILES.flatMap(({ path, text }) => {
    const [only = '', ...more] = exportsOf(text)
    if (only === '' || more.length > 0 || NAMED_OTHERWISE.includes(path)) return []
    const words = nameOf(path)
      .split('-')
      .map((word) => word.replace(/s$/, ''))
    return words.some((word) => only.toLowerCase().includes(word)) ? [] : [`${path} exports ${only}`]
  })
  expect(odd).toEqual([])
})

it('every file has a named export', () => {
  expect(FILES.filter(({ text }) => exportsOf(text).length === 0).map(({ path }) => path)).toEqual([])
})
