import { joinSh, rawSh, sh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<string | undefined> = {
  id: 'command',
  script: (keys) =>
    joinSh([
      sh`names=${keys.join(' ')}`,
      rawSh('for name in $names; do printf \'%s=%s\\n\' "$name" "$(command -v "$name")"; done'),
    ]),
  parse: (output, keys) =>
    new Map(keys.map((key) => [key, new RegExp(`^${key}=(/.+)$`, 'm').exec(output)?.[1]])),
}

/** The full path of a program in root's PATH; undefined when it is not found. */
export function command(name: string): Fact<string | undefined> {
  return { family, key: name }
}
