// Bundles src/ into dist/: a few files instead of hundreds, which halves the time to the first connection.
// node scripts/build.js [--out FOLDER] [NAME=FILE ...]: more entries beside the command line itself.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
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
  transform: { define: { BUILD_COMMIT: JSON.stringify(commit()) } },
  logLevel: 'warn',
  // require() starts a third faster than the loader of modules
  output: { dir, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
})

/** The commit of this checkout, `-dirty` where files differ from it; "unknown" without git or outside a checkout. */
function commit() {
  // a folder without .git may lie in a checkout of something else
  if (!existsSync(`${root}.git`)) return 'unknown'
  try {
    const args = ['describe', '--always', '--dirty', '--exclude', '*']
    return execFileSync('git', args, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim()
  } catch {
    return 'unknown'
  }
}
