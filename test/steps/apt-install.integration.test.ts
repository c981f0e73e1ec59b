import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { template } from '../../src/templates.ts'
import { runShell, SHELLS } from '../helpers/shell.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-install-'))
  for (const name of ['bin', 'state']) mkdirSync(join(folder, name))
})
afterEach(() => rmSync(folder, { recursive: true }))

/**
 * A fake apt: its old lists name version 1, updated `lists` version 2; the file `mirrorN` means the mirror has
 * version N.
 */
const APT_GET = `
now=1
[ ! -e lists ] || now=2
words=$*
case $words in
*update*) echo update >>log; [ ! -e down ] || exit 100; : >lists ;;
*' -s '* | '-s '*) [ "$now" != 1 ] || [ ! -e unknown ] || { echo 'E: Unable to locate package a' && exit 100; }
  printf 'Inst a (%s mirror [amd64])\nInst b:i386 [1] (2 mirror [i386])\nInst c (%s mirror [amd64])\n' "$now" "$now" ;;
*--download-only*) echo fetch >>log; [ -e mirror$now ] || { echo '404  Not Found' && exit 100; } ;;
*) echo "install \${words##*recommends }" >>log ;;
esac`

/** Installs "x|a c"; returns the calls in order, the record, the output and the exit code. */
function install(shell: readonly string[], files: readonly string[]) {
  const program = (name: string, text: string) => {
    writeFileSync(join(folder, 'bin', name), `#!/bin/sh\ncd ${folder}\n${text}\n`)
    chmodSync(join(folder, 'bin', name), 0o755)
  }
  program('apt-get', APT_GET)
  program('apt-cache', `[ "$2" = x ] && [ ! -e x ] || echo '  Candidate: 1.0'`)
  program('dpkg', ':')
  for (const name of ['log', 'state/owned', ...files]) writeFileSync(join(folder, name), '')
  const script = `PATH=${folder}/bin:$PATH
set -- 'x|a' c
${template('remote/apt.sh')}
${template('remote/apt-install.sh')}`
  const { code, output } = runShell(script.replaceAll('/var/lib/convecthub', join(folder, 'state')), shell)
  const read = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n').join()
  return { code, output, log: read('log'), record: read('state/owned') }
}

const OURS = 'package a,package c'

it.each(
  SHELLS.flatMap((shell) =>
    [
      { what: 'the files that the lists name', files: ['mirror1'], log: 'fetch,install a c', record: OURS },
      {
        what: 'the first of two alternatives',
        files: ['mirror1', 'x'],
        log: 'fetch,install x c',
        record: OURS,
      },
      {
        what: 'other files than the lists name',
        files: ['mirror2'],
        log: 'fetch,update,fetch,install a c',
        record: OURS,
      },
      {
        what: 'a package that the old lists lack',
        files: ['mirror2', 'unknown'],
        log: 'update,fetch,install a c',
        record: OURS,
      },
      {
        what: 'none of the files',
        files: [],
        log: 'fetch,update,fetch',
        record: '',
        code: 100,
        says: '404  Not Found',
      },
      {
        what: 'no package lists',
        files: ['down'],
        log: 'fetch,update',
        record: '',
        code: 100,
        says: 'could not be updated',
      },
    ].map((row) => ({ shell, name: shell[0], ...row })),
  ),
)('$name: installs from a mirror with $what: $log', ({ shell, files, log, record, ...end }) => {
  const { code, says } = { code: 0, says: '', ...end }
  const found = install(shell, files)
  expect(found).toMatchObject({ code, log, record })
  expect(found.output).toContain(says)
})
