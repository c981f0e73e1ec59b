import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { template } from '../../src/templates.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-lock-'))
  for (const name of ['proc/77/fd', 'dpkg']) mkdirSync(join(folder, name), { recursive: true })
  for (const name of ['dpkg/lock-frontend', 'other']) writeFileSync(join(folder, name), '')
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Mounting takes root, or a user namespace of one's own. */
const USER = process.getuid?.() === 0 ? [] : ['-r']

/** Who is told to hold dpkg's lock, where process 77 has locked a file of that inode number, and opened this one. */
function holder(opened: string, argv: string): string {
  const { ino } = statSync(join(folder, 'dpkg/lock-frontend'))
  writeFileSync(join(folder, 'proc/locks'), `1: POSIX  ADVISORY  WRITE 77 00:1a:${ino} 0 EOF\n`)
  writeFileSync(join(folder, 'proc/77/cmdline'), argv)
  symlinkSync(opened, join(folder, 'proc/77/fd/3'))
  const script = `mount --bind ${folder}/dpkg /var/lib/dpkg && mount --bind ${folder}/proc /proc || exit 99
${template('remote/apt.sh')}
holder || echo nobody`
  return spawnSync('unshare', [...USER, '-m', 'dash', '-c', script], { encoding: 'utf8' }).stdout
}

it('the holder of the lock is who has that very file open, its words on one line', () => {
  expect(holder('/var/lib/dpkg/lock-frontend', 'apt\0install\nE: evil\0\u001b[31m')).toBe(
    'apt install E: evil  [31m (pid 77)\n',
  )
})

it('a lock on a file of the same number on another disk is none', () => {
  expect(holder(join(folder, 'other'), 'x\nE: the archive is corrupt')).toBe('nobody\n')
})
