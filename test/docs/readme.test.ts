import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { bundleSpecSchema } from '../../src/artifacts/bundle-spec.ts'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../../src/cluster/variables.ts'
import { TOPICS } from '../../src/commands/topics.ts'
import { ERRORS } from '../../src/error-codes.ts'
import { EXIT } from '../../src/exit-codes.ts'
import { provision } from '../../src/recipes/provision.ts'
import { EVENT_SCHEMAS, eventSchema } from './event-schema.ts'
import { expectPart, UPDATE } from './generated-part.ts'

const ROOT = new URL('../../', import.meta.url)

/** Tables that are generated from the code, with the page that has each. UPDATE_DOCS=1 updates them. */
const PARTS: readonly { page: string; name: string; text: string }[] = [
  {
    page: 'docs/variables.md',
    name: 'variables',
    text: table(
      ['variable', 'meaning', 'for', 'default'],
      [...variables(HOST_VARIABLES, 'a host'), ...variables(CLUSTER_VARIABLES, 'all')],
    ),
  },
  {
    page: 'docs/bundle.md',
    name: 'fields',
    text: table(['field', 'what', 'default'], fields(bundleSpecSchema)),
  },
  {
    page: 'docs/operations.md',
    name: 'steps',
    text: table(
      ['step', 'what'],
      provision.map(({ id, title }) => [`\`${id}\``, title]),
    ),
  },
  {
    page: 'docs/json.md',
    name: 'events',
    text: table(
      ['event', 'when', 'fields'],
      EVENT_SCHEMAS.map(({ name, about, fields }) => [
        `\`${name}\``,
        about,
        fields.map((field) => `\`${field}\``).join(' '),
      ]),
    ),
  },
  {
    page: 'docs/exit-codes.md',
    name: 'exits',
    text: table(
      ['exit code', 'meaning', 'error codes'],
      Object.entries(EXIT).map(([name, { code, meaning }]) => [String(code), meaning, errorCodes(name)]),
    ),
  },
  {
    page: 'docs/README.md',
    name: 'pages',
    text: table(['page', 'topic', 'about'], pages()),
  },
]

it.each([
  {
    name: 'events',
    what: 'each line of --output json',
    schema: { title: 'A line of convecthub --output json', ...z.toJSONSchema(eventSchema) },
  },
  {
    name: 'bundle',
    what: 'bundle.yaml',
    schema: { title: 'bundle.yaml of convecthub', ...z.toJSONSchema(bundleSpecSchema, { io: 'input' }) },
  },
])('docs/$name.schema.json describes $what', ({ name, schema }) => {
  const file = new URL(`docs/${name}.schema.json`, ROOT)
  const text = `${JSON.stringify(schema, null, 1)}\n`
  if (process.env.UPDATE_DOCS) writeFileSync(file, text)
  else expect(readFileSync(file, 'utf8'), `docs/${name}.schema.json: ${UPDATE}`).toBe(text)
})

it.each(PARTS)('$page: the table of $name matches the code', ({ page, name, text }) => {
  expectPart(page, name, text)
})

it.each(Object.keys(TOPICS))('the topic %s has a page', (topic) => {
  expect(readFileSync(new URL(`docs/${topic}.md`, ROOT), 'utf8')).toMatch(/^# \S/)
})

it.each(['README.md', ...docs().map((name) => `docs/${name}`)])('the links of %s lead somewhere', (page) => {
  const text = readFileSync(new URL(page, ROOT), 'utf8')
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)/g)].map(([, link = '']) => link)
  expect(links.filter((link) => !existsSync(new URL(link, new URL(page, ROOT))))).toEqual([])
})

/** The pages of docs/, without the index. */
function docs(): string[] {
  return readdirSync(new URL('docs/', ROOT))
    .filter((name) => name.endsWith('.md') && name !== 'README.md')
    .toSorted()
}

/** Topics in their order, then the other pages by their titles. */
function pages(): string[][] {
  const topics = Object.entries(TOPICS)
  const rows = topics.map(([topic, about]) => [`[${topic}.md](${topic}.md)`, `\`${topic}\``, about])
  const others = docs().filter((name) => !topics.some(([topic]) => `${topic}.md` === name))
  const titles = others.map(
    (name) => /^# (.*)/.exec(readFileSync(new URL(`docs/${name}`, ROOT), 'utf8'))?.[1] ?? '',
  )
  return [...rows, ...others.map((name, at) => [`[${name}](${name})`, '', titles[at] ?? ''])]
}

function variables(schema: z.ZodObject, scope: string): string[][] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const parsed = (field as z.ZodType).safeParse(undefined)
    const fallback = !parsed.success ? 'needed' : parsed.data === undefined ? '' : `\`${parsed.data}\``
    return [`\`${name}\``, (field as z.ZodType).description ?? '', scope, fallback]
  })
}

/** The fields of a schema with those in them: `chart.version`, `apt[].release`. */
function fields(schema: z.ZodObject, path = ''): string[][] {
  return Object.entries(schema.shape).flatMap(([name, field]) => {
    const { innerType: inner = field as z.ZodType } = (field as { def: { innerType?: z.ZodType } }).def
    const list = inner instanceof z.ZodArray
    const below = list ? inner.element : inner
    const own = `${path}${name}${list ? '[]' : ''}`
    const parsed = (field as z.ZodType).safeParse(undefined)
    const fallback = !parsed.success
      ? 'needed'
      : parsed.data === undefined
        ? ''
        : `\`${stringify(parsed.data)}\``
    const about = (field as z.ZodType).description
    return [
      ...(about === undefined ? [] : [[`\`${own}\``, about, fallback]]),
      ...(below instanceof z.ZodObject ? fields(below, `${own}.`) : []),
    ]
  })
}

function stringify(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function errorCodes(exit: string): string {
  const codes = Object.entries(ERRORS).flatMap(([code, own]) => (own === exit ? [`\`${code}\``] : []))
  return exit === 'preflight' ? 'the id of the finding' : codes.join(' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')
}
