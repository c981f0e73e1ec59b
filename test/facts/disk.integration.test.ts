import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { disk } from '../../src/facts/disk.ts'
import { makeProbe } from '../../src/facts/fact.ts'
import { SHELLS } from '../helpers/shell.ts'

let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'convecthub-disk-')))
  for (const name of ['a/b', 'my disk', 'disk 1\\', 'own']) mkdirSync(join(folder, name), { recursive: true })
  symlinkSync(join(folder, 'my disk'), join(folder, 'link'))
  symlinkSync(join(folder, 'disk 1\\'), join(folder, 'second'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** Mounting requires root or a user namespace. */
const USER = process.getuid?.() === 0 ? [] : ['-r']

const MOUNTS = `set -e
mount --bind own own && mount -o remount,bind,noexec own
mount -t tmpfs -o noexec,size=8m x a
mount -t tmpfs -o exec,size=4m x a
mount -t tmpfs -o noexec,size=2m x 'my disk'
mount -t tmpfs -o noexec,size=3m x 'disk 1\\'
mkdir -p a/b own/deep`

it.each(
  SHELLS.flatMap((shell) =>
    [
      { what: 'a folder bind-mounted on itself', path: 'own/deep/not/there', mount: 'own', noexec: true },
      { what: 'one mount over another', path: 'a/b', mount: 'a', noexec: false, sizeMiB: 4 },
      { what: 'a link to a mount with a blank', path: 'link/x', mount: 'my disk', noexec: true, sizeMiB: 2 },
      {
        what: 'a mount with a blank before a digit',
        path: 'second/x',
        mount: 'disk 1\\',
        noexec: true,
        sizeMiB: 3,
      },
    ].map((row) => ({ shell, name: shell[0], ...row })),
  ),
)('$name reads the disk of $what', ({ shell, path, mount, noexec, sizeMiB }) => {
  const asked = disk(join(folder, path))
  const questions = makeProbe([asked])
  const [program = '', ...args] = shell
  const run = ['-m', program, ...args, '-c', `cd ${folder}\n${MOUNTS}\nset +e\n${questions.script.reveal()}`]
  const { stdout, stderr } = spawnSync('unshare', [...USER, ...run], { encoding: 'utf8' })
  expect(stderr).toBe('')
  const found = questions.read(stdout).get(asked)
  expect(found.mount).toBe(join(folder, mount))
  expect(found.options.includes('noexec')).toBe(noexec)
  if (sizeMiB !== undefined) expect(found.sizeMiB).toBe(sizeMiB)
})
