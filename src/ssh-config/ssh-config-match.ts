import { matchesPatterns } from '../ssh-pattern.ts'

/** What the lines `Match` of a configuration file ask. */
export interface SshMatchQuestion {
  /** The host as given to ssh. */
  original: string
  /** Where HostName leads, as far as it is known. */
  hostName: () => string
  user: string
  localUser: string
  final: boolean
}

/** Whether it matches; or what of it ssh takes and we do not, or even ssh refuses. */
export type SshMatchResult = boolean | { unsupported: string } | { refused: string }

const ALONE = ['all', 'final', 'canonical']

/**
 * Whether the words after `Match` mean this connection. A criterion that we do not know counts only where those
 * before it hold. Source: match_cfg_line() of OpenSSH's readconf.c.
 */
export function matchesCriteria(words: readonly string[], question: SshMatchQuestion): SshMatchResult {
  const criteria = criteriaOf(words)
  if (typeof criteria === 'string') return { refused: criteria }
  let matches = true
  for (const { name, negated, value } of criteria) {
    if (!matches) break
    const found = holds(name, value, question)
    if (found === undefined) return { unsupported: `Match ${name}` }
    matches = found !== negated
  }
  return matches
}

/** Whether the line asks for a second reading, with the name that the first one came to. */
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

/** Undefined for a criterion that we do not know. */
function holds(name: string, value: string, question: SshMatchQuestion): boolean | undefined {
  switch (name) {
    case 'all':
      return true
    // There are no canonical names here; the second reading stands for them, as in ssh.
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
