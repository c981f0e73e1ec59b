import { matchesPatterns } from '../ssh-pattern.ts'

/** The facts about a connection that the criteria of Match are compared with. */
export interface SshMatchQuestion {
  /** The host as passed to ssh. */
  original: string
  /** The machine to connect to, by the HostName found so far. */
  hostName: () => string
  user: string
  localUser: string
  /** True in the second evaluation of the files. */
  final: boolean
}

/** Whether the line matches, or why it cannot be evaluated: convecthub does not support it, or ssh itself refuses. */
export type SshMatchResult = boolean | { unsupported: string } | { refused: string }

const ALONE = ['all', 'final', 'canonical']

/**
 * Evaluates the words after `Match`. An unsupported criterion is an error only if all criteria before it match. Source:
 * match_cfg_line() of OpenSSH's readconf.c.
 */
export function matchesCriteria(words: readonly string[], question: SshMatchQuestion): SshMatchResult {
  const criteria = criteriaOf(words)
  if (typeof criteria === 'string') return { refused: criteria }
  let matches = true
  for (const { name, negated, value } of criteria) {
    if (!matches) break
    const found = criterionMatches(name, value, question)
    if (found === undefined) return { unsupported: `Match ${name}` }
    matches = found !== negated
  }
  return matches
}

/** True for a `Match final`: then the files are evaluated again, with the name that the first evaluation found. */
export function asksForFinal(words: readonly string[]): boolean {
  const criteria = criteriaOf(words)
  return typeof criteria !== 'string' && criteria.some(({ name, negated }) => name === 'final' && !negated)
}

interface Criterion {
  name: string
  negated: boolean
  value: string
}

function criteriaOf(words: readonly string[]): Criterion[] | string {
  const criteria: Criterion[] = []
  const queue = [...words]
  for (let word = queue.shift(); word !== undefined; word = queue.shift()) {
    const negated = word.startsWith('!')
    const [, name = '', glued] = /^([^=]*)(?:=(.*))?$/s.exec(word.slice(negated ? 1 : 0)) ?? []
    const lower = name.toLowerCase()
    if (ALONE.includes(lower) && glued === undefined) {
      if (lower === 'all' && (queue.length > 0 || criteria.length > 1))
        return 'Match all stands beside others'
      criteria.push({ name: lower, negated, value: '' })
      continue
    }
    const value = glued ?? queue.shift()
    if (!value && lower !== 'tagged' && lower !== 'command') return `Match ${name} has no value`
    criteria.push({ name: lower, negated, value: value ?? '' })
  }
  return criteria.length > 0 ? criteria : 'Match has no criteria'
}

/** Evaluates one criterion. Undefined for one that convecthub does not support. */
function criterionMatches(name: string, value: string, question: SshMatchQuestion): boolean | undefined {
  switch (name) {
    case 'all':
      return true
    // Host names are never canonicalized here. As in ssh, the second evaluation then matches `canonical`, too.
    case 'final':
    case 'canonical':
      return question.final
    case 'host':
      return matchesPatterns(question.hostName().toLowerCase(), value.toLowerCase().split(','))
    case 'originalhost':
      return matchesPatterns(question.original.toLowerCase(), value.toLowerCase().split(','))
    case 'user':
      return matchesPatterns(question.user, value.split(','))
    case 'localuser':
      return matchesPatterns(question.localUser, value.split(','))
  }
  return undefined
}
