import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Where the reader puts each snippet: the file, and the code around it when it is only a part of a file. */
const SNIPPETS: readonly { has: string; file: string; before?: string; after?: string }[] = [
  { has: 'export const swap ', file: 'src/facts/swap.ts' },
  {
    has: 'MiB of swap',
    file: 'test/facts/swap.test.ts',
    before: "import { expect, it } from 'vitest'\nimport { parseFact } from '../helpers/parse-fact.ts'\n",
  },
  { has: 'export const motd:', file: 'src/steps/motd.ts' },
  { has: 'the message is written once', file: 'test/steps/motd.test.ts' },
  { has: 'export const restoreSwappiness', file: 'src/steps/restore-swappiness.ts' },
  {
    has: '.describe(',
    file: 'src/cluster/motd.ts',
    before: "import { z } from 'zod'\nexport const variables = z.object({\n",
    after: '})\n',
  },
  { has: 'export async function hostsVerb', file: 'src/commands/hosts.ts' },
  {
    has: "name: 'hosts'",
    file: 'src/commands/hosts-entry.ts',
    before:
      "import { SOURCES } from './shared-options.ts'\nimport type { Verb } from './verb.ts'\nexport const verbs: Verb[] = [\n",
    after: ']\n',
  },
  { has: 'hosts lists every host', file: 'test/commands/hosts.integration.test.ts' },
]

/** The paths that the snippets' text says to add to src/layout.ts. */
const PATHS = ['MOTD', 'KEPT_SWAPPINESS', 'SWAPPINESS']
  .map((name) => `export const ${name} = '/x'\n`)
  .join('')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'contributing-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the snippets of CONTRIBUTING.md compile', () => {
  const page = readFileSync(join(ROOT, 'CONTRIBUTING.md'), 'utf8')
  const blocks = [...page.matchAll(/^ *```ts\n([\s\S]*?)^ *```/gm)].map(([, text = '']) => text)
  for (const { has, file, before = '', after = '' } of SNIPPETS) {
    const found = blocks.filter((text) => text.includes(has))
    expect(found, `one snippet has "${has}"`).toHaveLength(1)
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    writeFileSync(join(folder, file), `${before}${found[0]}${after}`)
  }
  copyFileSync(join(ROOT, 'src/layout.ts'), join(folder, 'src/layout.ts'))
  appendFileSync(join(folder, 'src/layout.ts'), PATHS)
  for (const name of ['node_modules', 'package.json']) symlinkSync(join(ROOT, name), join(folder, name))
  // with rootDirs the relative imports of a snippet lead to the files of the repository
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions: { rootDirs: ['.', ROOT] } }
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ ...config, include: ['src', 'test'] }))
  expect(typeErrors()).toBe('')
})

/** What tsc says about the folder; empty when all is well. */
function typeErrors(): string {
  try {
    return execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}
