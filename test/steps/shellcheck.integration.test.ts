import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import type { Change, UploadChange } from '../../src/engine/change.ts'
import { marks, renderChanges } from '../../src/engine/render.ts'
import { makeProbe } from '../../src/facts/fact.ts'
import { allPlans, isScripted } from '../helpers/all-plans.ts'
import { isThere, runShell, SHELLS } from '../helpers/shell.ts'

const REMOTE = fileURLToPath(new URL('../../templates/remote/', import.meta.url))

// intended: sh text in single quotes for an inner sh, functions that only one script calls, lists split into words,
// constants that only some scripts read
const MEANT = 'SC2016,SC2317,SC2086,SC2034'

/** The script that a host gets for a change: its own, or the one that it is rendered to. */
function textOf(change: Exclude<Change, UploadChange>): string {
  return change.kind === 'run'
    ? change.script.reveal()
    : renderChanges([[0, change]], 'job', marks('@@x')).reveal()
}

/** Every probe and every change of all recipes, each once, by step and name. */
function scripts(): Map<string, string> {
  const named = new Map<string, string>()
  for (const { step, context, changes } of allPlans()) {
    for (const { family, key } of step.facts(context.host, context))
      named.set(`probe ${family.id}`, makeProbe([{ family, key }]).script.reveal())
    for (const change of changes)
      if (isScripted(change)) named.set(`${step.id} ${change.title}`, textOf(change))
  }
  return new Map(
    [...named].map(([name, text], i) => [`${i}-${name.replace(/[^a-z]+/gi, '-').slice(0, 40)}`, text]),
  )
}

function check(folder: string, options: string): string {
  if (!isThere('shellcheck')) throw new Error('shellcheck is not installed: apt-get install shellcheck')
  const { output, errors } = runShell(`cd '${folder}' && shellcheck -s sh -f gcc ${options} ./*.sh`)
  return output + errors
}

it('shellcheck finds nothing in the templates for hosts', () => {
  expect(readdirSync(REMOTE).filter((name) => name.endsWith('.sh')).length).toBeGreaterThan(5)
  expect(check(REMOTE, '')).toBe('')
})

it('shellcheck finds nothing in any probe or change of a recipe', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-scripts-'))
  try {
    for (const [name, text] of scripts()) writeFileSync(join(folder, `${name}.sh`), `${text}\n`)
    expect(readdirSync(folder).length).toBeGreaterThan(30)
    expect(check(folder, `-e ${MEANT}`)).toBe('')
  } finally {
    rmSync(folder, { recursive: true })
  }
})

it.each(SHELLS.map(([name]) => ({ name })))(
  '$name understands every probe and change of a recipe',
  ({ name }) => {
    const shell = SHELLS.find(([program]) => program === name) ?? []
    const refused = [...scripts()].flatMap(([script, text]) => {
      const { code, errors } = runShell(text, [...shell, '-n'])
      return code === 0 ? [] : [`${script}: ${errors}`]
    })
    expect(refused).toEqual([])
  },
)
