import type { ConvecthubError, Origin } from '../../errors.ts'
import { shortened } from '../../printable.ts'
import type { Setting } from '../inventory.ts'
import { problem } from '../problems.ts'
import { pythonLiteral } from '../python/python-literal.ts'

/**
 * Gives a value of the INI dialect its type: a Python literal is evaluated, anything else is a string (rules.md §3).
 * @returns INVENTORY_VALUE for a literal that JSON cannot represent.
 */
export function typedSetting(name: string, text: string, origin: Origin): Setting | ConvecthubError {
  const literal = pythonLiteral(text)
  if (literal === undefined) return { value: text, raw: text, origin }
  if (literal.refused === undefined) return { value: literal.value, raw: literal.text, origin }
  return problem('INVENTORY_VALUE', `the value of ${name} is ${literal.refused}, which no setting can hold`, {
    origin,
    hint: `for the text itself write it in two layers of quotes: ${name}='"${shortened(text)}"'`,
  })
}
