import { it } from 'vitest'
import { DIFFERENCES } from '../inventory/differences.ts'
import { expectPart } from './generated-part.ts'

/** UPDATE_DOCS=1 updates the table. */
it('docs/inventory-differences.md lists the differences in test/inventory/differences.ts', () => {
  const rows = DIFFERENCES.map(({ case: what, ansible, convecthub, codes }) => {
    const errors = codes.map((code) => ` (\`${code}\`)`).join('')
    return [what, ansible, `${convecthub}${errors}`]
  })
  const table = [['case', 'Ansible', 'convecthub'], ['---', '---', '---'], ...rows]
    .map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |\n`)
    .join('')
  expectPart('docs/inventory-differences.md', 'differences', table)
})
