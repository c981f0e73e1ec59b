import { it } from 'vitest'
import { GROUPS, groupTitle, pageText, pageTitle } from '../../src/explain/find-page.ts'
import { expectPart } from './generated-part.ts'

/** UPDATE_DOCS=1 updates the page. */
it('docs/troubleshooting.md has the page of every code', () => {
  const text = GROUPS.map(
    (group) =>
      `\n## ${groupTitle(group)}\n\n${group.codes
        .map((code) => `### ${pageTitle(code)}\n\n${pageText(code).join('\n\n')}\n`)
        .join('\n')}`,
  ).join('')
  expectPart('docs/troubleshooting.md', 'codes', `${text}\n`)
})
