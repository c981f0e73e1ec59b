/** The number of insertions, deletions, replacements and swaps of adjacent characters that turn `from` into `to`. */
export function editDistance(from: string, to: string): number {
  let before: number[] = []
  let above = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let i = 1; i <= from.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= to.length; j += 1) {
      const cost = from[i - 1] === to[j - 1] ? 0 : 1
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + cost)
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
      if (swapped) best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = above
    above = row
  }
  return above[to.length] ?? 0
}

/** "did you mean NAME?", if one of the candidates is close enough to be what was meant. */
export function didYouMean(text: string, candidates: readonly string[]): string | undefined {
  const name = nearest(text, candidates)
  return name === undefined ? undefined : `did you mean ${name}?`
}

/** The candidate closest to `text`, if a typo can explain the difference: one edit per four letters, at least one. */
export function nearest(text: string, candidates: readonly string[]): string | undefined {
  const limit = Math.max(1, Math.floor(text.length / 4))
  let best: { name: string; distance: number } | undefined
  for (const name of candidates) {
    if (Math.abs(name.length - text.length) > limit) continue
    const distance = editDistance(text, name)
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance }
  }
  return best?.name
}
