// Bundles src/ into dist/: a few files instead of hundreds, which halves the time to the first connection.
// node scripts/build.js [--out FOLDER] [NAME=FILE ...]: more entries beside the command line itself.
import { rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true })
const dir = values.out ?? `${root}dist`

/** Native helpers, which ssh2 does without: they would be others on each machine. */
const NATIVE = [/\.node$/, 'cpu-features']

rmSync(dir, { recursive: true, force: true })
await build({
  cwd: root,
  input: { cli: 'src/cli.ts', ...Object.fromEntries(positionals.map((entry) => entry.split('='))) },
  platform: 'node',
  external: NATIVE,
  logLevel: 'warn',
  // require() starts a third faster than the loader of modules
  output: { dir, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
})
