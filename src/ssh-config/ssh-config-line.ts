/** What a keyword of ssh(1) is given. */
export interface SshArgument {
  /** Without quotes, escapes and what follows a `#`. */
  words: readonly string[]
  /** As written: keywords that take a command or a list of hosts read this. */
  text: string
}

/** One line of a configuration file, or what follows `-o` on ssh's command line. */
export interface SshConfigLine extends SshArgument {
  /** As written. */
  name: string
}

/**
 * A line as ssh(1) takes it apart: `Keyword value`, `Keyword=value`, `Keyword = value`. Undefined for one that says
 * nothing; a text tells why ssh refuses it. Source: process_config_line_depth() of OpenSSH's readconf.c.
 */
export function sshConfigLine(raw: string): SshConfigLine | string | undefined {
  const line = raw.trim()
  if (line === '' || line.startsWith('#')) return undefined
  const [, name = '', gap, text = ''] = /^([^\s="]+)(\s*=\s*|\s+)?(.*)$/s.exec(line) ?? []
  if (gap === undefined || text === '') return `${name || line} has no value`
  const words = splitWords(text)
  return words ? { name, text, words } : 'a quote is not closed'
}

/** As argv_split() of OpenSSH's misc.c; undefined where a quote is left open. */
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
