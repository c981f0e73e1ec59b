import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withLibrary } from '../../src/engine/with-library.ts'
import { sh } from '../../src/sh.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'

let host: LocalHost
beforeEach(() => {
  host = localHost()
})
afterEach(() => host.remove())

/** Somebody without rights on the host. */
const MALLORY = 4242
const asRoot = process.getuid?.() === 0

const at = (name: string) => join(host.folder, name)
const call = (script: ReturnType<typeof sh>) =>
  host.connection.run(withLibrary(script), { name: 'test', timeoutMs: 10_000 })
const folder = (name: string, mode = 0o755, uid?: number, gid?: number) => {
  mkdirSync(at(name), { recursive: true })
  if (uid !== undefined || gid !== undefined) chownSync(at(name), uid ?? 0, gid ?? 0)
  chmodSync(at(name), mode)
}

it.each<{ what: string; make(): void; path: string; more?: string; says?: string }>([
  { what: 'a folder of root’s own', make: () => folder('a/b'), path: 'a/b' },
  { what: 'one that all may write to', make: () => folder('a', 0o777), path: 'a', says: 'written by others' },
  {
    what: 'one below it',
    make: () => {
      folder('a/b')
      folder('a', 0o777)
    },
    path: 'a/b',
    says: 'written by others',
  },
  {
    what: 'one that an access list opens',
    make: () => {
      folder('a')
      execFileSync('setfacl', ['-m', `u:${MALLORY}:rwx`, at('a')])
    },
    path: 'a',
    says: 'has an access list',
  },
  {
    what: 'one that hands an access list down',
    make: () => {
      folder('a')
      execFileSync('setfacl', ['-d', '-m', `u:${MALLORY}:rwx`, at('a')])
    },
    path: 'a',
    says: 'has an access list',
  },
  { what: 'a sticky one', make: () => folder('a', 0o1777), path: 'a', says: 'written by others' },
  { what: 'a sticky one, for a random name', make: () => folder('a', 0o1777), path: 'a', more: 'sticky' },
  {
    what: 'one below a sticky one',
    make: () => {
      folder('a/b')
      folder('a', 0o1777)
    },
    path: 'a/b',
  },
  { what: 'one to take away from', make: () => folder('a', 0o777), path: 'a', more: 'open' },
  {
    what: 'one below that',
    make: () => {
      folder('a/b')
      folder('a', 0o777)
    },
    path: 'a/b',
    more: 'open',
    says: 'written by others',
  },
  {
    what: 'a link of root’s to a good one',
    make: () => {
      folder('b')
      symlinkSync(at('b'), at('a'))
    },
    path: 'a',
  },
  {
    what: 'a relative one',
    make: () => {
      folder('b/c')
      folder('d')
      symlinkSync('../b/c', at('d/a'))
    },
    path: 'd/a',
  },
  {
    what: 'a link to a bad one',
    make: () => {
      folder('b', 0o777)
      symlinkSync(at('b'), at('a'))
    },
    path: 'a',
    says: '/b can be',
  },
  { what: 'a link to itself', make: () => symlinkSync('a', at('a')), path: 'a', says: 'too many links' },
  {
    what: 'one with dots',
    make: () => {
      folder('a/b')
      folder('c')
    },
    path: 'a/b/.././../c',
  },
  { what: 'nothing', make: () => {}, path: 'a', says: 'No such file' },
])('what only root can change: $what', async ({ make, path, more = '', says }) => {
  make()
  const { code, output } = await call(sh`cvh_safe ${at(path)} ${more}`)
  expect({ code, output }).toEqual(
    says === undefined ? { code: 0, output: '' } : { code: 77, output: expect.stringContaining(says) },
  )
})

it.runIf(asRoot).each<{ what: string; make(): void; path: string; says?: string }>([
  {
    what: 'a folder of somebody else’s',
    make: () => folder('a', 0o755, MALLORY),
    path: 'a',
    says: 'belongs to user 4242',
  },
  {
    what: 'one of root’s in it',
    make: () => {
      folder('a/b')
      folder('a', 0o700, MALLORY)
    },
    path: 'a/b',
    says: 'belongs to user 4242',
  },
  {
    what: 'a group that may write',
    make: () => folder('a', 0o775, 0, MALLORY),
    path: 'a',
    says: 'written by others',
  },
  { what: 'the group staff, as below /usr/local', make: () => folder('a', 0o2775, 0, 50), path: 'a' },
  {
    what: 'a link of somebody else’s to a good one',
    make: () => {
      folder('b')
      symlinkSync(at('b'), at('a'))
      lchownSync(at('a'), MALLORY, 0)
    },
    path: 'a',
    says: 'belongs to user 4242',
  },
  {
    what: 'a link of root’s by way of one of somebody else’s',
    make: () => {
      folder('b/c')
      symlinkSync(at('b'), at('m'))
      lchownSync(at('m'), MALLORY, 0)
      symlinkSync(at('m/c'), at('a'))
    },
    path: 'a',
    says: 'belongs to user 4242',
  },
])('what only root can change: $what', async ({ make, path, says }) => {
  make()
  const { code, output } = await call(sh`cvh_safe ${at(path)}`)
  expect({ code, output }).toEqual(
    says === undefined ? { code: 0, output: '' } : { code: 77, output: expect.stringContaining(says) },
  )
})

/** What somebody may have put where root's file is to grow, and how root's other file is seen to be whole. */
const TRAPS: Readonly<Record<string, (path: string) => void>> = {
  'a link to a file of root’s': (path) => symlinkSync(at('victim'), path),
  'a link to nothing yet': (path) => symlinkSync(at('made-by-root'), path),
  'a hard link to a file of root’s': (path) => linkSync(at('victim'), path),
  'a pipe, which nobody reads': (path) => void execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
}

it.each(Object.keys(TRAPS))('cvh_place goes past %s beside its place', async (trap) => {
  folder('etc')
  writeFileSync(at('victim'), 'whole')
  TRAPS[trap]?.(at('etc/file.part'))
  const { code } = await call(sh`printf new | cvh_place ${at('etc/file')} 600`)
  expect(code).toBe(0)
  expect(readFileSync(at('etc/file'), 'utf8')).toBe('new')
  expect(readFileSync(at('victim'), 'utf8')).toBe('whole')
  expect(existsSync(at('made-by-root'))).toBe(false)
  expect(readdirSync(at('etc'))).toEqual(['file'])
})

it.each(Object.keys(TRAPS).filter((trap) => !trap.includes('hard')))(
  'an upload begins anew past %s',
  async (trap) => {
    folder('etc')
    writeFileSync(at('victim'), 'whole')
    const part = at('etc/.file.part')
    TRAPS[trap]?.(part)
    const { code, output } = await call(sh`cvh_begin ${part} 10`)
    expect({ code, output }).toEqual({ code: 0, output: 'part 0 ' })
    expect(lstatSync(part).isFile()).toBe(true)
    expect(existsSync(at('made-by-root'))).toBe(false)
  },
)

it.each([
  { what: 'a file', script: (theirs: string) => sh`printf new | cvh_place ${`${theirs}/file`} 600` },
  { what: 'an upload', script: (theirs: string) => sh`cvh_begin ${`${theirs}/.file.part`} 10` },
  { what: 'a folder', script: (theirs: string) => sh`cvh_folder ${`${theirs}/new`}` },
])('root does not begin $what where others can write', async ({ script }) => {
  folder('theirs', 0o777)
  const { code, output } = await call(script(at('theirs')))
  expect(code).not.toBe(0)
  expect(output).toContain('could change what root does there')
  expect(readdirSync(at('theirs'))).toEqual([])
})

const work = () => readlinkSync(join(host.state, 'workdir'))
const NAME = /\/convecthub-[A-Za-z0-9]{10}$/

it('the work folder is below our own, for root alone, where nobody wants it elsewhere', async () => {
  expect((await call(sh`cvh_work ${host.state}`)).code).toBe(0)
  const made = lstatSync(join(host.state, 'workdir'))
  expect({ folder: made.isDirectory(), mode: made.mode & 0o777 }).toEqual({ folder: true, mode: 0o700 })
})

it.each<{ what: string; make(): void; place: string; where: string }>([
  { what: 'a folder of root’s', make: () => folder('place'), place: 'place', where: 'place' },
  { what: 'one that is not there', make: () => {}, place: 'new/place', where: '.' },
  { what: 'one in a sticky folder', make: () => folder('tmp', 0o1777), place: 'tmp/place', where: 'tmp' },
  { what: 'one that others made open', make: () => folder('place', 0o777), place: 'place', where: '.' },
  { what: 'a file in the way', make: () => writeFileSync(at('place'), ''), place: 'place', where: '.' },
])(
  'the work folder by convect_workdir, $what, has a new name, and is for root alone',
  async ({ make, place, where }) => {
    make()
    expect((await call(sh`cvh_work ${at(place)}`)).code).toBe(0)
    expect(work()).toMatch(NAME)
    expect(dirname(work())).toBe(join(host.folder, where))
    expect(lstatSync(work()).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(host.state, 'owned'), 'utf8')).toContain(`work ${work()}\n`)
  },
)

it('a work folder that is good stays, and one that somebody else has made by its name does not', async () => {
  folder('place')
  await call(sh`cvh_work ${at('place')}`)
  const first = work()
  await call(sh`cvh_work ${at('place')}`)
  expect(work()).toBe(first)
  // /tmp is cleaned, and somebody takes the name
  chmodSync(first, 0o777)
  await call(sh`cvh_work ${at('place')}`)
  expect(work()).not.toBe(first)
})

it('a work folder is made where convect_workdir says now, not where it said before', async () => {
  for (const place of ['one', 'two']) {
    folder(place)
    expect((await call(sh`cvh_work ${at(place)}`)).code).toBe(0)
    expect(dirname(work())).toBe(at(place))
  }
})

it('what is taken out of the record is not ours any more, and no other line goes with it', async () => {
  await call(sh`cvh_record file /etc/a.b; cvh_record file /etc/a.bc; cvh_record folder /etc/a.b`)
  await call(sh`cvh_forget file /etc/a.b`)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe('file /etc/a.bc\nfolder /etc/a.b\n')
})

it.runIf(asRoot)('a work folder of somebody else’s is not used', async () => {
  folder('place', 0o755, MALLORY)
  await call(sh`cvh_work ${at('place')}`)
  expect(dirname(work())).toBe(host.folder)
})
