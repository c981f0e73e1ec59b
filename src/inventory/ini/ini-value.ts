import type { ConvecthubError, Origin } from '../../errors.ts'
import type { Setting } from '../inventory.ts'
import { problem } from '../problems.ts'
import { pythonLiteral } from '../python/python-literal.ts'

/**
 * Types a value of the INI dialect: a Python literal if it is one, else the string itself (rules.md §3).
 * @returns an error of code INVENTORY_VALUE for what JSON cannot hold.
 */
export function typedSetting(
  name: string,
  text: string,
  origin: Origin,
  line: string,
): Setting | ConvecthubError {
  const literal = pythonLiteral(text)
  if (literal === undefined) return { value: text, raw: text, origin }
  if (literal.refused === undefined) return { value: literal.value, raw: literal.text, origin }
  return problem('INVENTORY_VALUE', `the value of ${name} is ${literal.refused}, which no setting can hold`, {
    origin,
    line,
    hint: `for the text itself write it in two layers of quotes: ${name}='"${text}"'`,
  })
}
