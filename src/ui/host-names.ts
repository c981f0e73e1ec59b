/** How many names are listed in full. */
const LISTED = 4

/** Names in one text: all of a few, else the first and the last, as "node1 … node30 (30 hosts)". */
export function hostNames(names: readonly string[]): string {
  if (names.length <= LISTED) return names.join(', ')
  return `${names[0]} … ${names.at(-1)} (${names.length} hosts)`
}
