import { readFileSync, writeFileSync } from 'node:fs'
import { expect } from 'vitest'

const ROOT = new URL('../../', import.meta.url)

/** What to do when a page or a table is out of date. */
export const UPDATE = 'out of date; run: UPDATE_DOCS=1 npx vitest run --project unit test/docs'

/** Expects `text` between the comments `<!-- name -->` and `<!-- /name -->` of a page. UPDATE_DOCS=1 writes it there. */
export function expectPart(page: string, name: string, text: string): void {
  const part = new RegExp(`(<!-- ${name} -->\n)([\\s\\S]*?)(<!-- /${name} -->)`)
  const written = readFileSync(new URL(page, ROOT), 'utf8')
  const found = part.exec(written)?.[2]
  if (process.env.UPDATE_DOCS && found !== undefined)
    writeFileSync(
      new URL(page, ROOT),
      written.replace(part, (_all, head, _old, tail) => `${head}${text}${tail}`),
    )
  else expect(found, `${page}: ${name}: ${UPDATE}`).toBe(text)
}
