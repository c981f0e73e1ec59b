/** Whether a text is what a pattern of ssh(1) means: `*` and `?` are the only signs in it. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0
  let next = 0
  let star = -1
  let resume = 0
  // Greedy with one place to come back to: no pattern makes this slow.
  while (at < text.length) {
    const sign = pattern[next]
    if (sign === '*') {
      star = next++
      resume = at
    } else if (sign === '?' || sign === text[at]) {
      at++
      next++
    } else if (star >= 0) {
      next = star + 1
      at = ++resume
    } else return false
  }
  while (pattern[next] === '*') next++
  return next === pattern.length
}

/** Whether some pattern of a list matches and none that begins with `!`. Source: PATTERNS in ssh_config(5). */
export function matchesPatterns(text: string, patterns: readonly string[]): boolean {
  let found = false
  for (const pattern of patterns) {
    const negated = pattern[0] === '!'
    if (!matchesPattern(text, negated ? pattern.slice(1) : pattern)) continue
    if (negated) return false
    found = true
  }
  return found
}
