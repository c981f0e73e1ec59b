/** Translates a glob like Python's `fnmatch.translate`: `*`, `?`, `[abc]`, `[!abc]`. It must match the whole text. */
export function globPattern(glob: string): RegExp {
  let source = ''
  const chars = [...glob]
  for (let index = 0; index < chars.length; index += 1) {
    const char = chars[index] as string
    if (char === '*') source += '[^]*'
    else if (char === '?') source += '[^]'
    else if (char === '[') {
      const close = closingBracket(chars, index)
      // An opening bracket without a closing one is an ordinary character.
      source += close < 0 ? '\\[' : charClass(chars.slice(index + 1, close).join(''))
      if (close >= 0) index = close
    } else source += literal(char)
  }
  return new RegExp(`^${source}$`, 'u')
}

function closingBracket(chars: readonly string[], open: number): number {
  let index = open + 1
  if (chars[index] === '!') index += 1
  // A closing bracket in first place is a member of the set.
  if (chars[index] === ']') index += 1
  return chars.indexOf(']', index)
}

function charClass(set: string): string {
  const negated = set.startsWith('!')
  const members = [...(negated ? set.slice(1) : set)]
  const parts: string[] = []
  for (let index = 0; index < members.length; index += 1) {
    const from = members[index] as string
    const to = members[index + 1] === '-' ? members[index + 2] : undefined
    if (to === undefined) parts.push(member(from))
    else {
      // A reversed range such as `[b-a]` matches nothing.
      if (from <= to) parts.push(`${member(from)}-${member(to)}`)
      index += 2
    }
  }
  if (parts.length === 0) return negated ? '[^]' : '[]'
  return `[${negated ? '^' : ''}${parts.join('')}]`
}

function literal(char: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(char) ? `\\${char}` : char
}

const member = (char: string): string => (char === '-' ? '\\-' : literal(char))

/** Translates a Python regular expression, anchored at the start only. Undefined if JavaScript cannot compile it. */
export function regexPattern(source: string): RegExp | undefined {
  const translated = source
    .replaceAll('(?P<', '(?<')
    .replaceAll(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$')
  const flags = /^\(\?([imsx]+)\)/.exec(translated)
  if (flags?.[1]?.includes('x')) return undefined
  const body = flags === null ? translated : translated.slice(flags[0].length)
  try {
    return new RegExp(`^(?:${body})`, flags?.[1] ?? '')
  } catch {
    return undefined
  }
}
