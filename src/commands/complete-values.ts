import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { FINDINGS, type FindingId } from '../error-codes.ts'
import { ACCEPTED } from './accepted-findings.ts'
import { TOPICS } from './topics.ts'
import type { Verb } from './verb.ts'

/** A word that may be typed, and what it means. */
export interface Candidate {
  word: string
  about: string
}

/** A value to be completed: the names of verb and option or argument, and what was typed. */
export interface Place {
  path: readonly string[]
  name: string
  current: string
  given: ReadonlyMap<string, readonly string[]>
  /** Arguments before this one. */
  before?: readonly string[]
  /** All verbs, for `help`. */
  verbs?: readonly Verb[]
}

/** Where values come from, by option, or by verb and option or argument. Subcommands have those of their verb. */
const SOURCES: Readonly<Record<string, (place: Place) => Promise<Candidate[]>>> = {
  '--limit': (place) => listed(place, /[,:](?:[!&])?|^[!&]/g, names(place, true)),
  'inventory --host': (place) => names(place, false),
  '--ignore-preflight': (place) =>
    listed(
      place,
      /,/g,
      ACCEPTED.map((word) => ({ word, about: '' })),
    ),
  'explain code': codes,
  'help topic': async ({ before = [], verbs = [] }) => topics(before, verbs),
  'lab ssh machine': ({ given }) => {
    const [lab = 'lab'] = given.get('--name') ?? []
    return hostsOf([join(lab, 'inv.toml')], false)
  },
}

/** The values that may stand at a place; none when they are free text. */
export async function valuesOf(place: Place): Promise<Candidate[]> {
  const { path, name } = place
  const source = SOURCES[[...path, name].join(' ')] ?? SOURCES[`${path[0]} ${name}`] ?? SOURCES[name]
  return source ? source(place) : []
}

/** Completes the last part of a list; `separators` end a part. */
async function listed(
  { current }: Place,
  separators: RegExp,
  values: readonly Candidate[] | Promise<readonly Candidate[]>,
): Promise<Candidate[]> {
  const last = [...current.matchAll(separators)].at(-1)
  const head = last ? current.slice(0, last.index + last[0].length) : ''
  return (await values).map(({ word, about }) => ({ word: `${head}${word}`, about }))
}

async function codes({ current }: Place): Promise<Candidate[]> {
  const { PAGES } = await import('../explain/find-page.ts')
  // any case is taken, and what was typed decides
  const lower = /^[a-z]/.test(current)
  return Object.entries(PAGES).map(([code, { means }]) => ({
    word: lower ? code.toLowerCase() : code,
    about: Object.hasOwn(FINDINGS, code)
      ? `${FINDINGS[code as FindingId] === 'warning' ? 'warning' : 'finding'}: ${means}`
      : means,
  }))
}

function topics(before: readonly string[], all: readonly Verb[]): Candidate[] {
  const [first] = before
  const verbs = first === undefined ? all : (all.find(({ name }) => name === first)?.commands ?? [])
  const named = verbs
    .filter(({ hidden }) => !hidden)
    .map(({ name, description }) => ({ word: name, about: description }))
  const seen = new Set(named.map(({ word }) => word))
  const pages = Object.entries(TOPICS).map(([word, about]) => ({ word, about: about as string }))
  return first === undefined ? [...named, ...pages.filter(({ word }) => !seen.has(word))] : named
}

/** The hosts, and the groups, of the inventory that the command line names or that is read by default. */
async function names({ given }: Place, groups: boolean): Promise<Candidate[]> {
  return hostsOf(given.get('--inventory'), groups)
}

/**
 * Reads only the names: no variables of groups and hosts, which may be vaulted, and never a program. An inventory with
 * mistakes has none, as nothing can be said at this point.
 */
async function hostsOf(named: readonly string[] | undefined, groups: boolean): Promise<Candidate[]> {
  const { loadInventory } = await import('../inventory/load-inventory.ts')
  const { nodeFiles } = await import('../inventory/node-files.ts')
  const { run: _run, ...files } = nodeFiles
  try {
    const inventory = loadInventory({
      sources: named ?? (await defaultSources()),
      cwd: process.cwd(),
      files: { ...files, kind: (path) => (/\/(group|host)_vars$/.test(path) ? undefined : files.kind(path)) },
    })
    const hosts = [...inventory.hosts.keys()].map((word) => ({ word, about: 'host' }))
    if (!groups) return hosts
    return [...hosts, ...[...inventory.groups.keys()].map((word) => ({ word, about: 'group' }))]
  } catch {
    return []
  }
}

/** That of ansible.cfg, else ./inv.toml, where the verbs would read it too. */
async function defaultSources(): Promise<readonly string[]> {
  const { readConfig } = await import('../fleet/read-inventory.ts')
  const { doubtfulFile } = await import('../inventory/doubtful-file.ts')
  const configured = readConfig(() => {})?.inventory
  if (configured) return configured
  return existsSync('inv.toml') && !doubtfulFile(resolve('inv.toml')) ? ['inv.toml'] : []
}
