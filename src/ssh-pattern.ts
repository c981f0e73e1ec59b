/** Whether a text matches a pattern of ssh_config(5), where only `*` and `?` are special. */
export function matchesPattern(text: string, pattern: string): boolean {
  let at = 0
  let next = 0
  let star = -1
  let resume = 0
  // greedy, and backtracks only to the last `*`: no pattern needs exponential time
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

/** Whether a pattern of the list matches and no pattern with `!` does. Source: PATTERNS in ssh_config(5). */
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
