import { readFileSync } from 'node:fs'

/** docs/ is a sibling of both src/ and dist/. */
const DOCS = new URL('../docs/', import.meta.url)

/** Reads a page of docs/, in Markdown. */
export function docPage(name: string): string {
  return readFileSync(new URL(`${name}.md`, DOCS), 'utf8')
}
