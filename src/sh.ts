import { Secret } from './secret.ts'

/** What may stand in a `sh` template: text is quoted, a script goes in as it is, a list becomes words. */
export type ShValue = string | number | Secret | Script | readonly (string | number | Secret)[]

/** POSIX shell text. `toString()` shows it with secrets masked; `reveal()` is what the host runs. */
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

/** The one place that quotes for a POSIX shell. */
export function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}

/** Shell text with every value quoted: sh`rm -f -- ${path}`. Blank lines and common indentation do not matter to sh. */
export function sh(strings: TemplateStringsArray, ...values: readonly ShValue[]): Script {
  return new Script(
    strings.flatMap((text, i) => (i === 0 ? [text] : [...pieces(values[i - 1] as ShValue), text])),
  )
}

/** Text that is shell already: a template of ours, never something a user wrote. */
export function rawSh(text: string): Script {
  return new Script([text])
}

/** Scripts one after another, a line each. */
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
