import { Float } from '../inventory.ts'

const DIGITS = '[0-9](?:_?[0-9])*'
const EXPONENT = `[eE][+-]?${DIGITS}`
const NUMBER = new RegExp(
  [
    '(?<based>0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+)',
    `(?<float>(?:${DIGITS})?\\.${DIGITS}(?:${EXPONENT})?|${DIGITS}\\.(?:${EXPONENT})?|${DIGITS}${EXPONENT})`,
    `(?<decimal>${DIGITS})`,
  ].join('|'),
  'y',
)
// Python's limit for decimal integers; a longer one stays a string.
const MAX_DIGITS = 4300

/** Reads a Python number at `from`: its value ('complex' if it has a `j`) and its end. Undefined if there is none. */
export function pythonNumber(
  text: string,
  from: number,
): { value: number | bigint | Float | 'complex'; end: number } | undefined {
  NUMBER.lastIndex = from
  const match = NUMBER.exec(text)
  if (!match?.groups) return undefined
  const { based, float } = match.groups
  const end = from + match[0].length
  const plain = match[0].replaceAll('_', '')
  if (based === undefined && /[jJ]/.test(text[end] ?? '')) return { value: 'complex', end: end + 1 }
  if (float !== undefined) return { value: new Float(Number(plain)), end }
  // In Python 3 `000` is an integer, but `0777` is a syntax error.
  if (based === undefined && (plain.length > MAX_DIGITS || /^0+[1-9]/.test(plain))) return undefined
  return { value: exactInteger(BigInt(plain)), end }
}

/** Returns a number if a double represents the integer exactly, else a bigint. */
export function exactInteger(integer: bigint): number | bigint {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}
