// Bundles src/ into a few files in dist/, which halves the time to the first connection.
// Usage: node scripts/build.js [--out FOLDER] [NAME=FILE ...]; NAME=FILE adds an entry point.
import { execFileSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from 'rolldown'

const root = fileURLToPath(new URL('..', import.meta.url))
const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true })
const dir = values.out ?? `${root}dist`

/** Optional native modules of ssh2. They depend on the platform, and ssh2 works without them. */
const NATIVE = [/\.node$/, 'cpu-features']

rmSync(dir, { recursive: true, force: true })
await build({
  cwd: root,
  input: { cli: 'src/cli.ts', ...Object.fromEntries(positionals.map((entry) => entry.split('='))) },
  platform: 'node',
  external: NATIVE,
  transform: { define: { BUILD_COMMIT: JSON.stringify(commit()) } },
  logLevel: 'warn',
  // CommonJS starts a third faster than ES modules
  output: { dir, format: 'cjs', entryFileNames: '[name].cjs', chunkFileNames: '[name]-[hash].cjs' },
})

/** The commit of this checkout, with `-dirty` if files were changed. "unknown" without git or outside a checkout. */
function commit() {
  // a folder without .git may be inside the checkout of another project
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
