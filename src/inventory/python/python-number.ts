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
// Python refuses to read longer decimal integers; the text then stays a string.
const MAX_DIGITS = 4300

/** A number token of Python at `from`: its value ('complex' for one with `j`) and its end; undefined if there is none. */
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
  // `0777` is no integer in Python 3, `000` is.
  if (based === undefined && (plain.length > MAX_DIGITS || /^0+[1-9]/.test(plain))) return undefined
  return { value: exactInteger(BigInt(plain)), end }
}

/** A plain number while a double holds it exactly, a bigint beyond. */
export function exactInteger(integer: bigint): number | bigint {
  const number = Number(integer)
  return Number.isSafeInteger(number) ? number : integer
}
