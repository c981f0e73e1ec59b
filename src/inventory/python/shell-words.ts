/** A word without its shell quotes, and the index in the line where it starts. */
export interface ShellWord {
  text: string
  start: number
}

/** The words, or the index of a quote that is not closed or of a backslash at the end. */
export type ShellSplit = { words: ShellWord[] } | { error: 'quote' | 'escape'; at: number }

/**
 * Splits a line like Python's `shlex.split(line, comments=True)`: at blanks, tabs, CR and LF. `'…'` is literal; in
 * `"…"` a backslash escapes only `"` and itself. With `comments`, a `#` outside quotes starts one even inside a word.
 */
export function shellWords(line: string, options: { comments: boolean }): ShellSplit {
  const words: ShellWord[] = []
  let text = ''
  let start = -1
  const finish = () => {
    if (start >= 0) words.push({ text, start })
    text = ''
    start = -1
  }
  for (let index = 0; index < line.length; index += 1) {
    const char = line[index] as string
    if (' \t\r\n'.includes(char)) {
      finish()
      continue
    }
    if (char === '#' && options.comments) break
    if (start < 0) start = index
    if (char === '\\') {
      index += 1
      if (index >= line.length) return { error: 'escape', at: index - 1 }
      text += line[index]
    } else if (char === "'" || char === '"') {
      const closed = quoted(line, index)
      if ('error' in closed) return closed
      text += closed.text
      index = closed.end
    } else text += char
  }
  finish()
  return { words }
}

/** Reads the quoted text that opens at `from`. `end` is the index of the closing quote. */
function quoted(
  line: string,
  from: number,
): { text: string; end: number } | { error: 'quote' | 'escape'; at: number } {
  const quote = line[from]
  let text = ''
  for (let index = from + 1; index < line.length; index += 1) {
    const char = line[index] as string
    if (char === quote) return { text, end: index }
    if (char !== '\\' || quote === "'") {
      text += char
      continue
    }
    index += 1
    if (index >= line.length) return { error: 'escape', at: index - 1 }
    const next = line[index] as string
    text += next === '"' || next === '\\' ? next : `\\${next}`
  }
  return { error: 'quote', at: from }
}
