import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const ROOT = new URL('../../', import.meta.url)
const page = readFileSync(new URL('docs/architecture.md', ROOT), 'utf8')
const PATHS = [...page.matchAll(/^\| `([^`]+)` \|/gm)].map(([, path = '']) => path)

const foldersIn = (folder: string) =>
  readdirSync(new URL(folder, ROOT), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `${folder}${name}/`)

it.each(PATHS)('docs/architecture.md: %s exists', (path) => {
  expect(existsSync(new URL(path, ROOT))).toBe(true)
})

it('docs/architecture.md describes every folder of the sources', () => {
  expect(
    foldersIn('src/')
      .flatMap((folder) => [folder, ...foldersIn(folder)])
      .filter((folder) => !PATHS.includes(folder)),
  ).toEqual([])
})
