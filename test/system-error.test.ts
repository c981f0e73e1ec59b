import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { faultOf } from '../src/errors.ts'
import { systemReason } from '../src/system-error.ts'

it.each([
  { what: 'a missing file', act: () => readFileSync('/no/such'), reason: 'no such file' },
  { what: 'a folder', act: () => readFileSync(tmpdir()), reason: 'it is a folder, not a file' },
  {
    what: 'a file as a folder',
    act: () => readdirSync(join(import.meta.dirname, 'system-error.test.ts')),
    reason: 'not a directory',
  },
  {
    what: 'a full disk',
    act: () => {
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    },
    reason: 'no space left on device',
  },
  {
    what: 'an error of our own',
    act: () => {
      throw new Error('the password is empty\nand more')
    },
    reason: 'the password is empty',
  },
])('says why $what fails without the words of node', ({ act, reason }) => {
  expect(systemReason(errorOf(act))).toBe(reason)
})

function errorOf(act: () => unknown): unknown {
  try {
    act()
  } catch (error) {
    return error
  }
  throw new Error('nothing was wrong')
}

const HERE = import.meta.dirname
const refused = (code: string, syscall: string, path?: string) => () => {
  throw Object.assign(new Error(`${code}: words of node, ${syscall}`), { code, syscall, path })
}
it.each([
  {
    act: () => readFileSync(join(HERE, 'no such.ts')),
    message: `cannot open ${HERE}/no such.ts: no such file`,
    hint: 'was it removed meanwhile? Put it back, or work in another folder',
  },
  {
    act: () => mkdirSync(join(HERE, 'no such', 'x')),
    message: `cannot create ${HERE}/no such/x: no such file`,
    hint: 'was it removed meanwhile? Put it back, or work in another folder',
  },
  {
    act: () => writeFileSync(join(HERE, 'system-error.test.ts', 'x'), ''),
    message: `cannot open ${HERE}/system-error.test.ts/x: not a directory`,
    hint: 'a file is where a folder should be: move it away',
  },
  {
    act: () => writeFileSync('/dev/full', 'x'),
    message: 'cannot write: no space left on device',
    hint: 'free some room (df -h shows where), then run the same command again',
  },
  {
    act: refused('EACCES', 'open', '/my lab/inv.toml'),
    message: 'cannot open /my lab/inv.toml: permission denied',
    hint: "look who may use it: ls -ld '/my lab/inv.toml', also for the folders above it",
  },
  {
    act: refused('EROFS', 'rename', '/x'),
    message: 'cannot rename /x: read-only file system',
    hint: 'that place is read-only: work in another folder',
  },
  {
    act: refused('EMFILE', 'spawn ssh', 'ssh'),
    message: 'cannot start ssh: too many open files',
    hint: 'allow more open files: ulimit -n 4096; or contact fewer hosts at once with -f 20',
  },
  {
    act: () => readFileSync(HERE),
    message: 'cannot read: it is a folder, not a file',
    hint: 'name a file',
  },
  {
    act: refused('EFBIG', 'write', '/media/stick/b.tar.part'),
    message: 'cannot write /media/stick/b.tar.part: file too large',
    hint: 'this disk takes no larger file, FAT32 none of 4 GB; bundle pack can split: --split 4G',
  },
  {
    act: refused('ENOENT', 'uv_cwd'),
    message: 'cannot find the current folder: no such file',
    hint: 'was it removed meanwhile? Put it back, or work in another folder',
  },
])('what this computer refuses is no fault of convecthub: $message', ({ act, message, hint }) => {
  const { code, exit, message: told, details } = faultOf(errorOf(act))
  expect({ code, exit, message: told, hint: details.hint, evidence: details.evidence }).toEqual({
    code: 'LOCAL_IO',
    exit: 'output',
    message,
    hint,
    evidence: undefined,
  })
})

it.each([
  { what: 'a bug', act: () => Object(undefined).x.y },
  { what: 'a file that was closed too early', act: refused('EBADF', 'read') },
  { what: 'a wrong argument of a call', act: refused('EINVAL', 'open', '/x') },
  {
    what: 'an error of our own with a code',
    act: () => {
      throw Object.assign(new Error('x'), { code: 'ENOENT' })
    },
  },
])('$what is a fault of convecthub, with its stack', ({ act }) => {
  const { code, exit, details } = faultOf(errorOf(act))
  expect({ code, exit, hint: details.hint }).toEqual({
    code: 'FAULT',
    exit: 'internal',
    hint: 'please report it, with these lines',
  })
  expect(details.evidence).toContain('system-error.test.ts')
})
