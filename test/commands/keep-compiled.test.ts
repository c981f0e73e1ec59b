import { existsSync } from 'node:fs'
import module from 'node:module'
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

test('what a verb compiled is kept in the cache of the user, where Node can do that', async () => {
  const cache = join(cli.folder, 'cache')
  expect((await list(cache)).code).toBe(0)
  expect(existsSync(join(cache, 'convecthub/compiled'))).toBe('enableCompileCache' in module)
})

test('a cache that cannot be written is no error', async () => {
  const { code, stdout, stderr } = await list('/dev/null/no')
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  expect(JSON.parse(stdout).ungrouped).toEqual({ hosts: ['h1'] })
})
