import { readFileSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { z } from 'zod'
import { CLUSTER_VARIABLES, HOST_VARIABLES } from '../../src/cluster/variables.ts'
import { ERRORS } from '../../src/error-codes.ts'
import { EXIT } from '../../src/exit-codes.ts'
import { provision } from '../../src/recipes/provision.ts'
import { EVENT_FIELDS } from '../../src/ui/json-renderer.ts'

const README = new URL('../../README.md', import.meta.url)

/** Parts of the README that are generated from the code. UPDATE_DOCS=1 updates them. */
const PARTS: Readonly<Record<string, string>> = {
  variables: table(
    ['variable', 'for', 'default', 'meaning'],
    [...variables(HOST_VARIABLES, 'a host'), ...variables(CLUSTER_VARIABLES, 'all')],
  ),
  steps: table(
    ['step', 'what'],
    provision.map(({ id, title }) => [`\`${id}\``, title]),
  ),
  events: table(
    ['event', 'fields'],
    Object.entries(EVENT_FIELDS).map(([event, fields]) => [`\`${event}\``, fields]),
  ),
  exits: table(
    ['exit code', 'meaning', 'error codes'],
    Object.entries(EXIT).map(([name, { code, meaning }]) => [String(code), meaning, errorCodes(name)]),
  ),
}

it.each(Object.entries(PARTS))('README: the table of %s matches the code', (name, text) => {
  const readme = readFileSync(README, 'utf8')
  const part = new RegExp(`(<!-- ${name} -->\n)([\\s\\S]*?)(<!-- /${name} -->)`)
  if (process.env.UPDATE_DOCS)
    writeFileSync(
      README,
      readme.replace(part, (_all, head, _old, tail) => `${head}${text}${tail}`),
    )
  else expect(part.exec(readme)?.[2]).toBe(text)
})

function variables(schema: z.ZodObject, scope: string): string[][] {
  return Object.entries(schema.shape).map(([name, field]) => {
    const parsed = (field as z.ZodType).safeParse(undefined)
    const fallback = !parsed.success ? 'needed' : parsed.data === undefined ? '' : `\`${parsed.data}\``
    return [`\`${name}\``, scope, fallback, (field as z.ZodType).description ?? '']
  })
}

function errorCodes(exit: string): string {
  const codes = Object.entries(ERRORS).flatMap(([code, own]) => (own === exit ? [`\`${code}\``] : []))
  return exit === 'preflight' ? 'the name of the check' : codes.join(' ')
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |\n`).join('')
}
