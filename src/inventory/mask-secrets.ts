/** Words in the names of variables that hold secrets. */
const WORDS = 'pass|pw|psk|secret|token|cred|cookie|bearer|dsn'
const NAME = new RegExp(WORDS, 'gi')

/** Those in a line that may hold one: any value may be there. */
const LINE = new RegExp(`${WORDS}|auth|key|vault`, 'i')
/** Names that look like it and hold none, and lines of a vault's text. */
const HARMLESS = /private_key_file|host_key_checking|docker_key|bundle_key/g
const VAULTED = /^\s*[0-9a-f]{40,}\s*$/

/** True if a variable with this name probably contains a secret. */
export function isSecretName(name: string): boolean {
  return name.search(NAME) >= 0
}

/** True if a part of a line of an inventory may be a secret. */
export function isSecretLine(line: string): boolean {
  return LINE.test(line.replace(HARMLESS, '')) || VAULTED.test(line) || hasUrlLogin(line)
}

/** True if the text may have the login of a URL, as in `http://user:password@host`; the password may hold anything. */
export function hasUrlLogin(text: string): boolean {
  const scheme = text.indexOf('://')
  return scheme >= 0 && text.includes('@', scheme)
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
