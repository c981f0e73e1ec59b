/** The arguments of a keyword. */
export interface SshArgument {
  /** The arguments without quotes, escapes and a `#` comment. */
  words: readonly string[]
  /** The arguments as written, for keywords whose value is a command or a list of hosts. */
  text: string
}

/** A parsed line of a configuration file, or the value of `-o` on ssh's command line. */
export interface SshConfigLine extends SshArgument {
  /** The keyword as written. */
  name: string
}

/**
 * Parses `Keyword value`, `Keyword=value` or `Keyword = value`. Undefined for a blank line or comment; a string says
 * why ssh refuses the line. Source: process_config_line_depth() of OpenSSH's readconf.c.
 */
export function sshConfigLine(raw: string): SshConfigLine | string | undefined {
  const line = raw.trim()
  if (line === '' || line.startsWith('#')) return undefined
  const [, name = '', gap, text = ''] = /^([^\s="]+)(\s*=\s*|\s+)?(.*)$/s.exec(line) ?? []
  if (gap === undefined || text === '') return `${name || line} has no value`
  const words = splitWords(text)
  return words ? { name, text, words } : 'a quote is not closed'
}

/** Splits words like argv_split() of OpenSSH's misc.c. Undefined if a quote is not closed. */
function splitWords(text: string): string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let index = 0; index < text.length; index++) {
    const char = text.charAt(index)
    const blank = char === ' ' || char === '\t'
    if (word === undefined) {
      if (blank) continue
      if (char === '#') break
      word = ''
    }
    if (char === '\\' && isEscaped(text.charAt(index + 1), quote)) word += text.charAt(++index)
    else if (quote === '' && blank) {
      words.push(word)
      word = undefined
    } else if (quote === '' && (char === '"' || char === "'")) quote = char
    else if (char === quote) quote = ''
    else word += char
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}

function isEscaped(next: string, quote: string): boolean {
  return next === '"' || next === "'" || next === '\\' || (next === ' ' && quote === '')
}
