const BLOCKS = [
  ['{{', '}}'],
  ['{%', '%}'],
  ['{#', '#}'],
] as const

/**
 * Splits `a=1 b="x y"` as Ansible splits the argument of `-e`: at blanks and line breaks outside quotes and template
 * blocks. Keeps the quotes. Undefined if a quote or block is not closed.
 */
export function splitArguments(text: string): string[] | undefined {
  const words: string[] = []
  let quote: string | undefined
  const depths = [0, 0, 0]
  const inBlock = () => depths.some((depth) => depth > 0)
  const lines = text.split('\n')
  for (const [number, line] of lines.entries()) {
    const tokens = line.split(' ')
    let continued = false
    for (const [index, token] of tokens.entries()) {
      if (token === '' && index !== 0) {
        if (words.length > 0) words.push(`${words.pop()} `)
        continue
      }
      if (token === '\\' && quote === undefined) {
        continued = true
        continue
      }
      const wasQuoted = quote !== undefined
      quote = quoteAfter(token, quote)
      let appended = false
      if (quote !== undefined && !wasQuoted && !inBlock()) {
        words.push(token)
        appended = true
      } else if (inBlock() || quote !== undefined || wasQuoted) {
        const glue = index === 0 ? (wasQuoted || tokens.length > 1 ? '' : '\n') : ' '
        words.push(`${words.pop() ?? ''}${glue}${token}`)
        appended = true
      }
      for (const [kind, [open, close]] of BLOCKS.entries()) {
        const before = depths[kind] as number
        depths[kind] = Math.max(0, before + count(token, open) - count(token, close))
        if (depths[kind] !== before && !appended) {
          words.push(token)
          appended = true
        }
      }
      if (!inBlock() && quote === undefined && !appended && token !== '') words.push(token)
    }
    if (number < lines.length - 1 && !continued && words.length > 0) words.push(`${words.pop()}\n`)
  }
  return quote === undefined && !inBlock() ? words : undefined
}

const count = (text: string, part: string): number => text.split(part).length - 1

/** The quote that is open after `token`. A quote after a backslash does not count. */
function quoteAfter(token: string, open: string | undefined): string | undefined {
  let quote = open
  for (const [index, char] of [...token].entries()) {
    if ((char !== '"' && char !== "'") || token[index - 1] === '\\') continue
    if (quote === undefined) quote = char
    else if (quote === char) quote = undefined
  }
  return quote
}
