const NAME = /pass|secret|token|credential/gi

/** Whether a variable of this name is likely to hold a secret. */
export function isSecretName(name: string): boolean {
  return name.search(NAME) >= 0
}

const REST = /[\w.-]*/y
const VALUE = /["']?\s*[=:]\s*(?=\S)/y

/**
 * Replaces what stands behind `…password=`, `…token:` and the like up to the end, so that a wrong line can be shown:
 * where a wrong value ends is not known.
 */
export function maskSecrets(text: string): string {
  NAME.lastIndex = 0
  for (;;) {
    if (!NAME.test(text)) return text
    REST.lastIndex = NAME.lastIndex
    REST.test(text)
    // other names in this word would end where it ends
    NAME.lastIndex = VALUE.lastIndex = REST.lastIndex
    if (VALUE.test(text)) return `${text.slice(0, VALUE.lastIndex)}***`
  }
}
