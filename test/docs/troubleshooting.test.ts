import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { GROUPS, groupTitle, pageText, pageTitle } from '../../src/explain/find-page.ts'

const FILE = new URL('../../docs/troubleshooting.md', import.meta.url)
const PART = /(<!-- codes -->\n)([\s\S]*?)(<!-- \/codes -->)/

/** UPDATE_DOCS=1 updates the page. */
it('docs/troubleshooting.md has the page of every code', () => {
  const text = GROUPS.map(
    (group) =>
      `\n## ${groupTitle(group)}\n\n${group.codes
        .map((code) => `### ${pageTitle(code)}\n\n${pageText(code).join('\n\n')}\n`)
        .join('\n')}`,
  ).join('')
  const page = readFileSync(FILE, 'utf8')
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      FILE,
      page.replace(PART, (_all, head, _old, tail) => `${head}${text}\n${tail}`),
    )
  else expect(PART.exec(page)?.[2]).toBe(`${text}\n`)
})
