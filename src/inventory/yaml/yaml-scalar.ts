import { Float, type Value } from '../inventory.ts'
import { exactInteger } from '../python/python-number.ts'

const BOOLEAN = /^(?:(yes|Yes|YES|true|True|TRUE|on|On|ON)|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const NULL = /^(?:~|null|Null|NULL|)$/
const INTEGER =
  /^([-+]?)(?:0b([01_]+)|0x([0-9a-fA-F_]+)|0([0-7_]+)|(0|[1-9][0-9_]*)|([1-9][0-9_]*(?::[0-5]?[0-9])+))$/
const FLOAT = /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?)$/
const BASE_SIXTY_FLOAT = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*$/
const NOT_FINITE = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const TIME =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::?(\d\d))?))?$/
const JSON_FLOAT = /^-?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?$/

/** The value of a scalar, or why it has none. */
export type Resolved = { value: Value; refused?: undefined } | { value?: undefined; refused: string }

/**
 * The value of a plain YAML scalar by YAML 1.1, which Ansible's PyYAML implements: `yes` is true, `0644` is 420, `1.30`
 * is 1.3, `10:30` is 630, and a date stays a string (rules.md §10).
 */
export function plainScalar(text: string): Resolved {
  if (NULL.test(text)) return { value: null }
  const boolean = BOOLEAN.exec(text)
  if (boolean !== null) return { value: boolean[1] !== undefined }
  const integer = INTEGER.exec(text)
  if (integer !== null) return integerValue(integer)
  if (FLOAT.test(text)) return floatValue(Number(text.replaceAll('_', '').replace(/\.$/, '')))
  if (BASE_SIXTY_FLOAT.test(text)) return floatValue(baseSixty(text))
  if (NOT_FINITE.test(text)) return { refused: 'a number that is not finite' }
  if (text === '=' || text === '<<') return { refused: `a plain ${text}, which YAML reserves` }
  return timestamp(text) ?? { value: text }
}

/** The value of an unquoted scalar in a JSON file. */
export function jsonScalar(text: string): Resolved {
  if (text === 'true' || text === 'false') return { value: text === 'true' }
  if (text === 'null') return { value: null }
  if (/^-?[0-9]+$/.test(text)) return { value: exactInteger(BigInt(text)) }
  return JSON_FLOAT.test(text) ? floatValue(Number(text)) : { value: text }
}

function integerValue([, sign, binary, hex, octal, decimal, sixty]: RegExpExecArray): Resolved {
  const digits = (text: string, prefix: string) => {
    const plain = text.replaceAll('_', '')
    return plain === '' ? undefined : BigInt(prefix + plain)
  }
  let size: bigint | undefined
  if (binary !== undefined) size = digits(binary, '0b')
  else if (hex !== undefined) size = digits(hex, '0x')
  else if (octal !== undefined) size = digits(octal, '0o') ?? 0n
  else if (decimal !== undefined) size = digits(decimal, '')
  else
    size = (sixty ?? '')
      .replaceAll('_', '')
      .split(':')
      .reduce((sum, part) => sum * 60n + BigInt(part), 0n)
  if (size === undefined) return { refused: 'a number without digits' }
  return { value: exactInteger(sign === '-' ? -size : size) }
}

function floatValue(number: number): Resolved {
  return Number.isFinite(number) ? { value: new Float(number) } : { refused: 'a number that is not finite' }
}

function baseSixty(text: string): number {
  const negative = text.startsWith('-')
  const parts = text.replaceAll('_', '').replace(/^[-+]/, '').replace(/\.$/, '').split(':').map(Number)
  // PyYAML adds from the last part to the first; the order affects rounding.
  let sum = 0
  let base = 1
  for (const part of parts.reverse()) {
    sum += part * base
    base *= 60
  }
  return negative ? -sum : sum
}

/** A date or time in the format of Python's `isoformat`; refused if it does not exist. */
function timestamp(text: string): Resolved | undefined {
  const date = DATE.exec(text)
  if (date !== null)
    return isDay(date[1], date[2], date[3]) ? { value: text } : { refused: 'a date that does not exist' }
  const time = TIME.exec(text)
  if (time === null) return undefined
  const [
    ,
    year,
    month = '',
    day = '',
    hour = '',
    minute = '',
    second = '',
    fraction = '',
    zone,
    sign,
    zoneHour = '',
    zoneMinute,
  ] = time
  if (!isDay(year, month, day) || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) {
    return { refused: 'a time that does not exist' }
  }
  const two = (part: string) => part.padStart(2, '0')
  const micros = fraction.slice(0, 6).padEnd(6, '0')
  const tail =
    zone === undefined ? '' : sign === undefined ? '+00:00' : `${sign}${two(zoneHour)}:${zoneMinute ?? '00'}`
  const clock = `${two(hour)}:${minute}:${second}${Number(micros) > 0 ? `.${micros}` : ''}`
  return { value: `${year}-${two(month)}-${two(day)}T${clock}${tail.replace('-00:00', '+00:00')}` }
}

function isDay(year = '', month = '', day = ''): boolean {
  const days = new Date(Date.UTC(2000, Number(month), 0)).getUTCDate()
  const leap = Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0)
  const last = Number(month) === 2 && !leap ? 28 : days
  return (
    Number(year) >= 1 && Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= last
  )
}
