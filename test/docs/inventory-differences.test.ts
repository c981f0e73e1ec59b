import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { DIFFERENCES } from '../inventory/differences.ts'

const FILE = new URL('../../docs/inventory-differences.md', import.meta.url)
const PART = /(<!-- differences -->\n)([\s\S]*?)(<!-- \/differences -->)/

/** UPDATE_DOCS=1 updates the table. */
it('docs/inventory-differences.md lists the differences in test/inventory/differences.ts', () => {
  const rows = DIFFERENCES.map(({ case: what, ansible, convecthub, codes }) => {
    const errors = codes.map((code) => ` (\`${code}\`)`).join('')
    return [what, ansible, `${convecthub}${errors}`]
  })
  const table = [['case', 'Ansible', 'convecthub'], ['---', '---', '---'], ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')
  const text = readFileSync(FILE, 'utf8')
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      FILE,
      text.replace(PART, (_all, head, _old, tail) => `${head}${table}${tail}`),
    )
  else expect(PART.exec(text)?.[2]).toBe(table)
})
