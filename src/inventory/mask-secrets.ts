const NAME = /pass|secret|token|credential/gi

/** True if a variable with this name probably contains a secret. */
export function isSecretName(name: string): boolean {
  return name.search(NAME) >= 0
}

const REST = /[\w.-]*/y
const VALUE = /["']?\s*[=:]\s*(?=\S)/y

/**
 * Masks everything after `…password=`, `…token:` and the like, so that an invalid line can be shown in an error. Masks
 * to the end of the text, because the end of the value is unknown in a line that could not be parsed.
 */
export function maskSecrets(text: string): string {
  NAME.lastIndex = 0
  for (;;) {
    if (!NAME.test(text)) return text
    REST.lastIndex = NAME.lastIndex
    REST.test(text)
    // Skip to the end of the word: another match inside the same word would end there, too.
    NAME.lastIndex = VALUE.lastIndex = REST.lastIndex
    if (VALUE.test(text)) return `${text.slice(0, VALUE.lastIndex)}***`
  }
}
