import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sourceFiles } from '../helpers/source-files.ts'

const ROOT = new URL('../../', import.meta.url)

/** Turns that nobody says, and what to write instead; docs/style.md has the reasons. */
const TURNS: readonly { turn: RegExp; write: string }[] = [
  { turn: /\banew\b/i, write: 'again' },
  { turn: /\bmend(s|ed|ing)?\b/i, write: 'fix, repair or correct' },
  { turn: /\bmakes? (it|them) so\b/i, write: 'apply, or what it does' },
  { turn: /\balready so\b|\bnot so (afterwards|yet)\b|\bwhat is so\b/i, write: 'unchanged, or what it is' },
  { turn: /\bshall\b/i, write: 'will or must' },
  { turn: /(?<!\bthere )\b(is|are) no (?!longer\b|more\b)\w/i, write: 'is not a' },
  {
    turn: /\b(by which|thereby|whereby|wherein|therein)\b/i,
    write: 'with which, so, in it; or a sentence of its own',
  },
  { turn: /\bwhose is\b/i, write: 'who owns' },
  { turn: /\bthe more\b.*, the\b/i, write: 'a sentence with "when" or "because"' },
  { turn: /\b(hence|thus|upon|alas|nought)\b/i, write: 'so, on, nothing' },
  { turn: /\bfor want of\b/i, write: 'without' },
  { turn: /\bby way of\b/i, write: 'over, through or with' },
  { turn: /\b(is|are) (told|wanted)\b/i, write: 'is reported, is needed' },
  { turn: /\bas \S+ (\S+ )?has it\b|^has it\b/i, write: 'from, or in parentheses' },
  { turn: /\bone's own\b/i, write: 'your own' },
  { turn: /\bwithout a word\b/i, write: 'silently' },
  { turn: /\btells? (all|it|how)\b/i, write: 'shows, reports' },
  { turn: /\bgoes over everything\b/i, write: 'overrides' },
]

/** A comment, or a text in quotes with what is in it. */
const COMMENT_OR_TEXT =
  /\/\*[\s\S]*?\*\/|\/\/ .*|'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`/g

/** The texts of a source file, without comments, each with its line. */
function texts(source: string): { text: string; line: number }[] {
  return [...source.matchAll(COMMENT_OR_TEXT)].flatMap(({ 1: single, 2: double, 3: template, index }) => {
    const text = single ?? double ?? template
    return text === undefined ? [] : [{ text, line: source.slice(0, index).split('\n').length }]
  })
}

/** What is banned in a text, as the reader of the failed test wants to see it. */
function banned(text: string, place: string): string[] {
  return TURNS.flatMap(({ turn, write }) => {
    const found = turn.exec(text)
    return found ? [`${place}: "${found[0]}" in "${around(text, found.index)}": write ${write}`] : []
  })
}

function around(text: string, at: number): string {
  return text.slice(Math.max(0, at - 30), at + 40).replaceAll('\n', ' ')
}

it.each([
  { text: 'start it anew', found: 1 },
  { text: 'x is no address', found: 1 },
  { text: 'there is no bundle in shared/bin', found: 0 },
  { text: 'it is no longer there', found: 0 },
  { text: 'the rules are told at once', found: 1 },
  { text: 'recommended', found: 0 },
])('"$text" has $found of the banned turns', ({ text, found }) => {
  expect(banned(text, 'here')).toHaveLength(found)
})

it('finds texts, not comments', () => {
  const source = "// it's anew\nconst a = 'one'\n/** `no` */\nlog(`two`, \"three\") // 'four'\n"
  expect(texts(source)).toEqual([
    { text: 'one', line: 2 },
    { text: 'two', line: 4 },
    { text: 'three', line: 4 },
  ])
})

it('what convecthub says is said in plain English', () => {
  const found = sourceFiles().flatMap(({ path, text }) =>
    texts(text).flatMap(({ text, line }) => banned(text, `src/${path}:${line}`)),
  )
  expect(found).toEqual([])
})

it.each(pages())('%s is in plain English', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8')
  // the pairs of the style page have what is not to be written
  const own = page === 'docs/style.md' ? text.replace(/^\|.*\|$/gm, '') : text
  const found = own.split('\n\n').flatMap((paragraph) => banned(paragraph.replaceAll('\n', ' '), page))
  expect(found).toEqual([])
})

function pages(): string[] {
  const docs = readdirSync(new URL('docs/', ROOT)).filter((name) => name.endsWith('.md'))
  return [
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'CHANGELOG.md',
    ...docs.map((name) => `docs/${name}`),
  ]
}
