import type { ConvecthubError } from '../../errors.ts'
import { didYouMean } from '../edit-distance.ts'
import type { Files } from '../files.ts'
import { groupHosts } from '../group-hosts.ts'
import type { Inventory } from '../inventory.ts'
import { problem, throwAll } from '../problems.ts'
import { globPattern, regexPattern } from '../python/python-pattern.ts'
import { type LimitPart, limitParts } from './limit-parts.ts'

const SUBSCRIPT = /^(.+)\[(?:(?<index>-?[0-9]+)|(?<first>[0-9]+)[:-](?<last>[0-9]*))\]$/u

/** What is needed to read an `@file` in a limit; its path is relative to `cwd`. */
export interface SelectOptions {
  files: Files
  cwd: string
}

/** The selected hosts, in the order of the inventory. */
export interface Selection {
  hosts: string[]
  /** Parts that match nothing. Ansible ignores them; a command that changes hosts must refuse them. */
  strictErrors: readonly ConvecthubError[]
}

/**
 * Selects the hosts that match `--limit` (rules.md §11); all hosts without a limit.
 * @throws INVENTORY_LIMIT for an invalid part or if no host is left, INVENTORY_LIMIT_FILE if an `@file` cannot be read.
 */
export function selectHosts(
  inventory: Inventory,
  limit: string | undefined,
  options: SelectOptions,
): Selection {
  const all = groupHosts(inventory, 'all')
  const parts = limit === undefined ? [] : limitParts(limit, options.cwd, options.files)
  if (parts.length === 0) {
    if (limit?.includes('@')) throw wrong(limit, undefined, 'the limit names no host')
    return { hosts: all, strictErrors: [] }
  }
  const strictErrors: ConvecthubError[] = []
  const problems: ConvecthubError[] = []
  const modifier = (part: LimitPart) =>
    part.text.startsWith('&') || part.text.startsWith('!') ? part.text[0] : ''
  const of = (kind: string) => parts.filter((part) => modifier(part) === kind)
  const match = (part: LimitPart, text: string) =>
    new Set(matches(inventory, text, part, { problems, strictErrors }))
  const regular = of('')
  let chosen = new Set(regular.length === 0 ? all : regular.flatMap((part) => [...match(part, part.text)]))
  // Like Ansible, apply plain parts first, then `&` (intersection), then `!` (exclusion), in whatever order they are.
  for (const part of of('&')) chosen = kept(chosen, match(part, part.text.slice(1)), true)
  for (const part of of('!')) chosen = kept(chosen, match(part, part.text.slice(1)), false)
  throwAll(problems)
  if (chosen.size === 0) throwAll(strictErrors)
  if (chosen.size === 0) throw wrong(limit ?? '', undefined, `the limit '${limit}' leaves no host`)
  return { hosts: all.filter((host) => chosen.has(host)), strictErrors }
}

const kept = (hosts: Set<string>, others: Set<string>, common: boolean) =>
  new Set([...hosts].filter((host) => others.has(host) === common))

const SHAPE = 'a part is a host, a group, a pattern such as web*, or ~ and a regular expression'

function wrong(text: string, part: LimitPart | undefined, message: string, hint = SHAPE): ConvecthubError {
  return problem('INVENTORY_LIMIT', message, {
    ...(part?.origin && { origin: part.origin }),
    line: text,
    hint,
  })
}

function matches(
  inventory: Inventory,
  text: string,
  part: LimitPart,
  { problems, strictErrors }: Record<'problems' | 'strictErrors', ConvecthubError[]>,
): string[] {
  if (inventory.hosts.has(text)) return [text]
  const subscript = text.startsWith('~') ? null : SUBSCRIPT.exec(text)
  const pattern = subscript?.[1] ?? text
  const isRegex = pattern.startsWith('~')
  const regex = isRegex ? regexPattern(pattern.slice(1)) : globPattern(pattern)
  if (regex === undefined || pattern === '~' || pattern === '') {
    problems.push(wrong(part.text, part, `'${part.text}' is not a valid pattern for --limit`))
    return []
  }
  const groups = [...inventory.groups.keys()].filter((name) => regex.test(name))
  // Duplicates stay, because Ansible's subscripts index into this list.
  const hosts = groups.flatMap((name) => groupHosts(inventory, name))
  if (groups.length === 0 || isRegex || /[.?*[]/.test(pattern)) {
    for (const name of inventory.hosts.keys()) if (regex.test(name)) hosts.push(name)
  }
  if (hosts.length === 0 && groups.length === 0) {
    const meant = didYouMean(text, [...inventory.groups.keys(), ...inventory.hosts.keys()])
    strictErrors.push(
      wrong(part.text, part, `the limit part '${part.text}' matches no host and no group`, meant),
    )
    return []
  }
  if (subscript === null || hosts.length === 0) return hosts
  const picked = pick(hosts, subscript.groups ?? {})
  // Ansible refuses an index that is out of range, but silently accepts such a slice.
  const found = subscript.groups?.index === undefined ? strictErrors : problems
  if (picked.length === 0)
    found.push(wrong(part.text, part, `No hosts matched the subscripted pattern '${text}'`))
  return picked
}

/** Applies a subscript to the matched hosts: `[0]`, `[-1]`, `[1:]`, or `[1:3]`, which includes both ends. */
function pick(
  hosts: readonly string[],
  { index, first, last }: Record<string, string | undefined>,
): string[] {
  if (index !== undefined) {
    const host = hosts.at(Number(index))
    return host === undefined ? [] : [host]
  }
  return hosts.slice(Number(first), last === undefined || last === '' ? undefined : Number(last) + 1)
}
