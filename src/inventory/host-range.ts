// The order of letters in a range: `[y:B]` is y z A B.
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'
const MAX_NAMES = 100_000

/** What is wrong with a range. */
interface Fault {
  error: string
  hint: string
}

/** The names, or what is wrong with the range. `doubt` is a mistake that Ansible silently accepts. */
export type Expansion = { names: string[]; doubt?: Fault } | Fault

const SHAPE = 'write [begin:end] or [begin:end:step], for example web[01:10]'

/**
 * Expands every `[begin:end:step]` of a host name; the leftmost varies slowest (rules.md §6). Stricter than Ansible:
 * refuses bounds of several letters and more than 100000 names, and doubts a range that counts down and so is empty.
 */
export function expandRanges(name: string): Expansion {
  const open = name.indexOf('[')
  if (open < 0) return { names: [name] }
  const close = name.indexOf(']', open)
  if (close < 0 || name.indexOf(']') < open || name.includes('|')) {
    return { error: `the brackets in ${name} do not form a range`, hint: SHAPE }
  }
  const values = rangeValues(name.slice(open + 1, close))
  if ('error' in values) return values
  const rest = expandRanges(name.slice(close + 1))
  if ('error' in rest) return rest
  if (values.names.length * rest.names.length > MAX_NAMES) return tooMany()
  const head = name.slice(0, open)
  const names = values.names.flatMap((value) => rest.names.map((tail) => `${head}${value}${tail}`))
  const doubt = values.doubt ?? rest.doubt
  return { names, ...(doubt && { doubt }) }
}

const tooMany = (): Expansion => ({
  error: `the range names more than ${MAX_NAMES} hosts`,
  hint: 'use a smaller range',
})

function rangeValues(text: string): Expansion {
  const bounds = text.split(':')
  if (bounds.length !== 2 && bounds.length !== 3)
    return { error: 'host range must be begin:end or begin:end:step', hint: SHAPE }
  const [begin = '', end = '', step = '1'] = bounds
  if (end === '') return { error: 'host range must specify end value', hint: SHAPE }
  if (!/^0*[1-9][0-9]*$/.test(step))
    return { error: `the step ${step} of the host range is not a positive number`, hint: SHAPE }
  return LETTERS.includes(begin || '0')
    ? letterValues(begin, end, Number(step))
    : numberValues(begin || '0', end, Number(step))
}

function letterValues(begin: string, end: string, step: number): Expansion {
  if (begin.length > 1 || end.length > 1 || !LETTERS.includes(end)) {
    return {
      error: `the host range [${begin}:${end}] does not run from letter to letter`,
      hint: 'a letter range has one letter on each side, for example [a:f]',
    }
  }
  const first = LETTERS.indexOf(begin)
  const last = LETTERS.indexOf(end)
  if (first > last) return { error: 'host range must have begin <= end', hint: `write [${end}:${begin}]` }
  return { names: [...LETTERS.slice(first, last + 1)].filter((_, index) => index % step === 0) }
}

function numberValues(begin: string, end: string, step: number): Expansion {
  if (!/^[0-9]+$/.test(begin) || !/^[0-9]+$/.test(end)) {
    return { error: `the host range [${begin}:${end}] is neither numbers nor letters`, hint: SHAPE }
  }
  // A leading zero asks for padding to the width of `begin`.
  const width = begin.length > 1 && begin.startsWith('0') ? begin.length : 0
  if (width > 0 && width !== end.length) {
    return {
      error: 'host range must specify equal-length begin and end formats',
      hint: `write [${begin}:${end.padStart(width, '0')}]`,
    }
  }
  const first = Number(begin)
  const last = Number(end)
  if (first > last) {
    const error = `the host range [${begin}:${end}] names no host`
    return { names: [], doubt: { error, hint: `write [${end}:${begin}]` } }
  }
  const count = Math.floor((last - first) / step) + 1
  if (!(count <= MAX_NAMES && last <= Number.MAX_SAFE_INTEGER)) return tooMany()
  return {
    names: Array.from({ length: count }, (_, index) => String(first + index * step).padStart(width, '0')),
  }
}
