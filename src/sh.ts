import { Secret } from './secret.ts'

/** Values of a `sh` template: a text is quoted, a script is inserted unchanged, a list becomes quoted words. */
export type ShValue = string | number | Secret | Script | readonly (string | number | Secret)[]

/** POSIX shell text. `toString()` masks secrets; `reveal()` returns the text that the host runs. */
export class Script {
  readonly #parts: readonly (string | Secret)[]

  constructor(parts: readonly (string | Secret)[]) {
    this.#parts = parts
  }

  reveal(): string {
    return this.#parts.map((part) => (typeof part === 'string' ? part : quote(part.reveal()))).join('')
  }

  toString(): string {
    return this.#parts.map(String).join('')
  }

  get parts(): readonly (string | Secret)[] {
    return this.#parts
  }
}

/** Quotes a word for a POSIX shell. Nothing else in convecthub may do that. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Template tag for shell text that quotes every value: sh`rm -f -- ${path}`. */
export function sh(strings: TemplateStringsArray, ...values: readonly ShValue[]): Script {
  return new Script(
    strings.flatMap((text, i) => (i === 0 ? [text] : [...pieces(values[i - 1] as ShValue), text])),
  )
}

/** Inserts shell text without quoting. Only for convecthub's own templates, never for text from a user. */
export function rawSh(text: string): Script {
  return new Script([text])
}

/** Joins scripts, by default with a newline. */
export function joinSh(scripts: readonly Script[], separator = '\n'): Script {
  return new Script(scripts.flatMap((script, i) => (i === 0 ? script.parts : [separator, ...script.parts])))
}

function pieces(value: ShValue): readonly (string | Secret)[] {
  if (value instanceof Script) return value.parts
  if (value instanceof Secret) return [value]
  if (typeof value === 'string') return [quote(value)]
  if (typeof value === 'number') return [String(value)]
  return value.flatMap((item, i) => [...(i === 0 ? [] : [' ']), ...pieces(item)])
}
