import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'

// Node ends with 0 when nothing is left to do, also where a promise was forgotten
it('a program that ends without a result has not succeeded', () => {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-bin-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  for (const name of ['bin', 'dist']) mkdirSync(join(folder, name))
  cpSync(
    fileURLToPath(new URL('../../bin/convecthub.cjs', import.meta.url)),
    join(folder, 'bin/convecthub.cjs'),
  )
  writeFileSync(join(folder, 'dist/cli.cjs'), 'exports.main = () => new Promise(() => {})')
  expect(spawnSync(process.execPath, [join(folder, 'bin/convecthub.cjs')]).status).toBe(1)
})
