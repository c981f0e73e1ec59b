import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { template } from '../../src/templates.ts'
import { runShell } from '../helpers/shell.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-purge-'))
  mkdirSync(join(folder, 'bin'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * Purges packages on an amd64 machine where `needer` depends on `needed`. Returns the output, and the record as it is
 * then.
 */
function purge(names: readonly string[]): { output: string; record: string } {
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  program('dpkg', 'echo amd64')
  program('dpkg-query', 'echo installed')
  // like apt, leaves out the machine's own architecture in names
  program(
    'apt-get',
    `shift 3
for name in "$@"; do
  printf 'Purg %s [1.0]\\n' "\${name%:amd64}"
  case $name in needed*) printf 'Remv needer [1.0]\\n' ;; esac
done`,
  )
  const record = join(folder, 'owned')
  writeFileSync(record, names.map((name) => `package ${name}\n`).join(''))
  const script = `PATH=${folder}/bin:$PATH
wait_for_lock() { :; }
apt() { printf '%s\\n' "$*"; }
set -- ${names.join(' ')}
${template('remote/apt-purge.sh').replaceAll('/var/lib/convecthub/owned', record)}`
  const { output } = runShell(script)
  return { output, record: readFileSync(record, 'utf8') }
}

it('purges a library that dpkg names with the machine’s architecture', () => {
  expect(purge(['conntrack', 'libnfct0:amd64', 'libc6:i386']).output).toBe(
    'purge conntrack libnfct0 libc6:i386\n',
  )
})

it('keeps a package that others need, says so, and drops it from the record', () => {
  expect(purge(['conntrack', 'needed:amd64'])).toEqual({
    output: 'kept needed: needer needs it\npurge conntrack\n',
    record: 'package conntrack\n',
  })
})
