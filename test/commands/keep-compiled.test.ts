import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BuiltCli, builtCli } from './helpers/built-cli.ts'

let cli: BuiltCli
beforeAll(() => {
  cli = builtCli()
})
afterAll(() => cli.remove())

const list = (cache: string) =>
  cli.run(['inventory', '-i', 'h1,', '--list'], { env: { XDG_CACHE_HOME: cache } })

/** What is kept, each with its inode. */
function kept(cache: string): Map<string, number> {
  const folder = join(cache, 'convecthub/compiled')
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  )
  return new Map(
    files.map(({ parentPath, name }) => join(parentPath, name)).map((path) => [path, statSync(path).ino]),
  )
}

test('what a verb compiled is kept in the cache of the user, and taken from there', async () => {
  const cache = join(cli.folder, 'cache')
  expect((await list(cache)).code).toBe(0)
  const first = kept(cache)
  expect(first.size).toBeGreaterThan(3)
  expect((await list(cache)).code).toBe(0)
  expect(kept(cache)).toEqual(first)
})

test('what is broken there is made anew', async () => {
  const cache = join(cli.folder, 'broken')
  const { stdout } = await list(cache)
  const files = [...kept(cache).keys()]
  for (const path of files) {
    const data = readFileSync(path)
    // behind what V8 looks at first
    writeFileSync(path, data.fill('x', data.length / 2, data.length / 2 + 100))
  }
  expect(await list(cache)).toMatchObject({ code: 0, stdout, stderr: '' })
  expect(kept(cache).size).toBe(files.length)
  const mended = kept(cache)
  await list(cache)
  expect(kept(cache)).toEqual(mended)
})

test('a cache that cannot be written is no error', async () => {
  const { code, stdout, stderr } = await list('/dev/null/no')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout).ungrouped).toEqual({ hosts: ['h1'] })
})
