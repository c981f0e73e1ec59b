import { readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { sourceFiles } from '../helpers/source-files.ts'

const TEMPLATES = new URL('../../templates/', import.meta.url)

const templates = readdirSync(TEMPLATES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.sh'))
  .map((path) => ({ path, text: readFileSync(new URL(path, TEMPLATES), 'utf8') }))

// `echo … && exit` goes on where the message cannot be written, as on a full disk
it('no message in a script decides whether the script ends', () => {
  expect(templates.length).toBeGreaterThan(10)
  const found = [...sourceFiles(), ...templates].flatMap(({ path, text }) =>
    (text.match(/\b(printf|echo)\b[^\n;]*&& *(exit|return|continue|break)\b/g) ?? []).map(
      (line) => `${path}: ${line}`,
    ),
  )
  expect(found).toEqual([])
})
