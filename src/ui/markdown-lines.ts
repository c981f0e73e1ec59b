import { wrap } from './fit.ts'

/** Pages are not wider than this, as long lines are hard to read. */
const WIDEST = 100

/** The width for pages on stdout, in columns. */
export function pageWidth(): number {
  return Math.min(WIDEST, process.stdout.columns ?? WIDEST)
}

/** A paragraph or list item that is being read. */
interface Block {
  indent: string
  words: string[]
}

/**
 * Markdown as our pages have it, for a terminal: paragraphs and items are wrapped, code is indented, and each row of a
 * table becomes its first cell with the others below it: the second as it is, more of them after their heading. `width`: columns, which longer words exceed.
 */
export function markdownLines(text: string, width: number): string[] {
  const shown: string[] = []
  let block: Block | undefined
  let head: string[] = []
  let code = false
  const close = () => {
    if (block) shown.push(...wrap(plain(block.words.join(' ')), width, block.indent))
    block = undefined
  }
  for (const line of text.split('\n')) {
    const item = /^ *(?:-|\d+\.) /.exec(line)
    if (line.startsWith('```') || code || !/\S/.test(line) || /^(#|<!--|\|)/.test(line) || item) close()
    if (!line.startsWith('|')) head = []
    if (line.startsWith('```')) code = !code
    else if (code) shown.push(`    ${line}`.trimEnd())
    else if (line.startsWith('<!--')) continue
    else if (line.startsWith('|')) {
      const cells = cellsOf(line)
      if (head.length === 0) head = cells
      else if (!/^[-| ]+$/.test(line)) shown.push(...tableRow(head, cells, width))
    } else if (line.startsWith('#')) shown.push(plain(line.replace(/^#+ /, '')))
    else if (!/\S/.test(line)) shown.push('')
    else if (block) block.words.push(line.trim())
    else block = { indent: ' '.repeat(item?.[0].length ?? 0), words: [line.trimEnd()] }
  }
  close()
  return shown.filter((line, at) => line !== '' || (shown[at - 1] !== '' && at > 0 && at < shown.length - 1))
}

/** Takes out backticks, and the marks of links and emphasis. A link within docs/ shows its words alone. */
function plain(text: string): string {
  return text
    .replaceAll(/\[([^[\]]*)\]\(([^()]*)\)/g, (_all, words: string, to: string) =>
      to.startsWith('http') ? `${words} (${to})` : words,
    )
    .replaceAll(/`|\*\*/g, '')
    .replaceAll(/(?<![\w*])\*(\w[^*]*\w)\*(?![\w*])/g, '$1')
}

function cellsOf(line: string): string[] {
  const cells = line.slice(1, line.lastIndexOf('|')).split(/(?<!\\)\|/)
  return cells.map((cell) => plain(cell.trim().replaceAll('\\|', '|')))
}

function tableRow(
  head: readonly string[],
  [first = '', ...others]: readonly string[],
  width: number,
): string[] {
  const texts = others.flatMap((cell, at) => {
    if (cell === '') return []
    return [at === 0 ? cell : `${head[at + 1]}: ${cell}`]
  })
  return [first, ...texts.flatMap((text) => wrap(text, width - 4, '').map((line) => `    ${line}`))]
}
