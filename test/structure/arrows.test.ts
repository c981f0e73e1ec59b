import { expect, it } from 'vitest'
import { sourceFiles } from '../helpers/source-files.ts'

const FILES = sourceFiles()

/** The files at the top of src/ that every room may import. They import only each other. */
const COMMON = [
  'cells.ts',
  'digest.ts',
  'doc-page.ts',
  'error-codes.ts',
  'errors.ts',
  'exit-codes.ts',
  'host-runs.ts',
  'layout.ts',
  'mark.ts',
  'outcome.ts',
  'printable.ts',
  'secret.ts',
  'sh.ts',
  'ssh-pattern.ts',
  'step-ref.ts',
  'system-error.ts',
  'templates.ts',
  'version.ts',
  'yaml-reason.ts',
]

/** Which rooms each room may import. From those in `types` it may import only types. */
const ARROWS: Readonly<Record<string, { knows: readonly string[]; types?: readonly string[] }>> = {
  'cli.ts': { knows: ['commands', 'ui'] },
  commands: {
    knows: [
      'fleet',
      'init',
      'recipes',
      'steps',
      'distribution',
      'engine',
      'facts',
      'cluster',
      'inventory',
      'transport',
      'artifacts',
      'ui',
      'lab',
      'explain',
    ],
  },
  init: { knows: ['fleet', 'engine', 'facts', 'cluster', 'inventory', 'transport', 'ui'] },
  fleet: { knows: ['steps', 'cluster', 'inventory', 'ssh-config', 'transport', 'artifacts', 'ui'] },
  recipes: { knows: ['steps', 'facts', 'cluster'], types: ['engine'] },
  steps: { knows: ['distribution', 'facts', 'cluster', 'artifacts'], types: ['engine'] },
  engine: { knows: ['facts', 'artifacts'], types: ['cluster', 'transport'] },
  distribution: { knows: ['facts'], types: ['engine'] },
  facts: { knows: [], types: ['cluster'] },
  cluster: { knows: ['inventory'] },
  inventory: { knows: [] },
  explain: { knows: [] },
  'ssh-config': { knows: [] },
  transport: { knows: [] },
  artifacts: { knows: [] },
  ui: { knows: [], types: ['engine', 'inventory', 'artifacts'] },
  lab: { knows: ['artifacts', 'transport', 'facts'] },
}

it('the table of arrows lists exactly the rooms of src/', () => {
  const rooms = new Set(FILES.map(({ room }) => room).filter((room) => !COMMON.includes(room)))
  expect(rooms).toEqual(new Set(Object.keys(ARROWS)))
  expect(FILES.length).toBeGreaterThan(100)
})

it.each(Object.entries(ARROWS).map(([room, arrows]) => ({ room, ...arrows })))(
  '$room imports only $knows, and types from $types',
  ({ room, knows, types = [] }) => {
    const wrong = FILES.filter((file) => file.room === room).flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ room: other }) =>
            other !== undefined && other !== room && ![...COMMON, ...knows].includes(other),
        )
        .filter(({ room: other, typeOnly }) => !(typeOnly && types.includes(other ?? '')))
        .map(({ module }) => `${path} imports ${module}`),
    )
    expect(wrong).toEqual([])
  },
)

it('fleet imports nothing of ui but questions and types', () => {
  const used = FILES.filter(({ room }) => room === 'fleet').flatMap(({ imports }) =>
    imports.filter(({ room, typeOnly }) => room === 'ui' && !typeOnly).map(({ module }) => module),
  )
  expect([...new Set(used)]).toEqual(['ui/ask.ts'])
})

it('the common files import only each other', () => {
  const common = FILES.filter(({ room }) => COMMON.includes(room))
  expect(common).toHaveLength(COMMON.length)
  const others = common.flatMap(({ imports }) => imports.flatMap(({ room }) => room ?? []))
  expect(others.filter((room) => !COMMON.includes(room))).toEqual([])
})

it('transport imports only these common files', () => {
  const used = FILES.filter(({ room }) => room === 'transport').flatMap(({ imports }) =>
    imports.flatMap(({ room }) => (room !== undefined && room !== 'transport' ? [room] : [])),
  )
  expect(new Set(used)).toEqual(
    new Set([
      'error-codes.ts',
      'errors.ts',
      'layout.ts',
      'mark.ts',
      'secret.ts',
      'sh.ts',
      'ssh-pattern.ts',
      'system-error.ts',
      'templates.ts',
    ]),
  )
})

const users = (name: string) => [
  ...new Set(
    FILES.flatMap(({ room, imports }) => (imports.some(({ module }) => module === name) ? [room] : [])),
  ),
]

it.each([
  { name: 'chalk', rooms: ['ui'] },
  { name: 'commander', rooms: ['cli.ts', 'commands'] },
  { name: 'ini', rooms: ['inventory'] },
  { name: 'aws4fetch', rooms: ['artifacts'] },
])('only $rooms uses $name', ({ name, rooms }) => {
  expect(users(name).toSorted()).toEqual(rooms)
})

it('only transport uses ssh2', () => {
  expect(users('ssh2')).toEqual(['transport'])
})

it('facts, distribution, steps, recipes and cluster are pure: they import no module that reads files or starts processes', () => {
  const impure = FILES.filter(({ room }) =>
    ['facts', 'distribution', 'steps', 'recipes', 'cluster'].includes(room),
  ).flatMap(({ path, imports }) =>
    imports
      .filter(({ module }) => /^node:(?!crypto$|util$|path\/posix$)/.test(module))
      .map(({ module }) => `${path} ${module}`),
  )
  expect(impure).toEqual([])
})

it('what steps import of artifacts is pure as well, with all that it imports', () => {
  const byPath = new Map(FILES.map((file) => [file.path, file]))
  const reached = new Set<string>()
  const walk = (path: string) => {
    for (const { module, room, typeOnly } of byPath.get(path)?.imports ?? []) {
      if (typeOnly || room !== 'artifacts' || reached.has(module)) continue
      reached.add(module)
      walk(module)
    }
  }
  for (const { path, room } of FILES) if (room === 'steps') walk(path)
  expect(reached.size).toBeGreaterThan(0)
  const impure = [...reached].flatMap((path) =>
    (byPath.get(path)?.imports ?? []).flatMap(({ module, room }) => (room ? [] : `${path} ${module}`)),
  )
  expect(impure.filter((each) => !/ zod$/.test(each))).toEqual([])
})

it('only ui, commands, the questions of init and the command line’s table write to the terminal', () => {
  const writers = FILES.filter(({ text }) => /process\.(stdout|stderr)|console\./.test(text)).map(
    ({ room }) => room,
  )
  expect(
    [...new Set(writers)].filter((room) => !['ui', 'commands', 'init', 'cli.ts'].includes(room)),
  ).toEqual([])
})

it('there are no import cycles', () => {
  const byPath = new Map(FILES.map((file) => [file.path, file]))
  const done = new Set<string>()
  const circles: string[] = []
  const walk = (path: string, way: readonly string[]) => {
    if (way.includes(path)) circles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (done.has(path) || way.includes(path)) return
    for (const { module, typeOnly, lazy } of byPath.get(path)?.imports ?? [])
      if (!typeOnly && !lazy) walk(module, [...way, path])
    done.add(path)
  }
  for (const { path } of FILES) walk(path, [])
  expect(circles).toEqual([])
})
