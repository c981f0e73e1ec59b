import { it } from 'vitest'
import { allPlans } from '../helpers/all-plans.ts'
import { expectPart } from './generated-part.ts'

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
  expectPart('docs/security.md', 'files', files())
})
