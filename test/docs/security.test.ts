import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { allPlans } from '../helpers/all-plans.ts'

const PAGE = new URL('../../docs/security.md', import.meta.url)
const PART = /(<!-- files -->\n)([\s\S]*?)(<!-- \/files -->)/

/** All files that steps write, with their modes, as a table. UPDATE_DOCS=1 updates the page. */
function files(): string {
  const modes = new Map<string, string>()
  for (const { changes } of allPlans())
    for (const change of changes) if ('path' in change) modes.set(change.path, `0${change.mode}`)
  const rows = [...modes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, mode]) => `| \`${path}\` | ${mode} |\n`)
  return `| file | mode |\n| --- | --- |\n${rows.join('')}`
}

it('docs/security.md lists every file with its mode', () => {
  const page = readFileSync(PAGE, 'utf8')
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      PAGE,
      page.replace(PART, (_all, head, _old, tail) => `${head}${files()}${tail}`),
    )
  else expect(PART.exec(page)?.[2]).toBe(files())
})
