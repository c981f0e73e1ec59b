const HEAD = ['work', 'measured', 'convecthub', 'other', '', 'ratio', 'wanted', 'met']

const MET = new Map([
  [true, 'yes'],
  [false, 'NO'],
  [undefined, '-'],
])

/** The cells of a line of the table. */
export function cells(title, { what, ours, rival, theirs, ratio, wanted, met }) {
  return [title, what, ours, rival, theirs, ratio, wanted, MET.get(met)]
}

const WIDTHS = [32, 34, 12, 14, 15, 16, 16, 3]

/** @param {readonly string[]} row */
export function textLine(row) {
  return `${row
    .map((cell, index) => cell.padEnd(WIDTHS[index]))
    .join('')
    .trimEnd()}\n`
}

export const textHead = () => textLine(HEAD)

/** @param {readonly (readonly string[])[]} rows */
export function markdown(rows) {
  const line = (row) => `| ${row.join(' | ')} |\n`
  return [HEAD, HEAD.map(() => '---'), ...rows].map(line).join('')
}
