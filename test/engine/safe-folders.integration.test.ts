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

/** The id of an unprivileged user on the host. */
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
  { what: 'a folder that belongs to root', make: () => folder('a/b'), path: 'a/b' },
  {
    what: 'a folder that everybody can write to',
    make: () => folder('a', 0o777),
    path: 'a',
    says: 'written by others',
  },
  {
    what: 'a folder inside one that everybody can write to',
    make: () => {
      folder('a/b')
      folder('a', 0o777)
    },
    path: 'a/b',
    says: 'written by others',
  },
  {
    what: 'a folder opened by an access list',
    make: () => {
      folder('a')
      execFileSync('setfacl', ['-m', `u:${MALLORY}:rwx`, at('a')])
    },
    path: 'a',
    says: 'has an access list',
  },
  {
    what: 'a folder whose access list is inherited',
    make: () => {
      folder('a')
      execFileSync('setfacl', ['-d', '-m', `u:${MALLORY}:rwx`, at('a')])
    },
    path: 'a',
    says: 'has an access list',
  },
  { what: 'a sticky folder', make: () => folder('a', 0o1777), path: 'a', says: 'written by others' },
  { what: 'a sticky folder, for a random name', make: () => folder('a', 0o1777), path: 'a', more: 'sticky' },
  {
    what: 'a folder inside a sticky folder',
    make: () => {
      folder('a/b')
      folder('a', 0o1777)
    },
    path: 'a/b',
  },
  {
    what: 'an open folder, to remove files from it',
    make: () => folder('a', 0o777),
    path: 'a',
    more: 'open',
  },
  {
    what: 'a folder inside an open folder, to remove files from it',
    make: () => {
      folder('a/b')
      folder('a', 0o777)
    },
    path: 'a/b',
    more: 'open',
    says: 'written by others',
  },
  {
    what: 'a link by root to a safe folder',
    make: () => {
      folder('b')
      symlinkSync(at('b'), at('a'))
    },
    path: 'a',
  },
  {
    what: 'a relative link to a safe folder',
    make: () => {
      folder('b/c')
      folder('d')
      symlinkSync('../b/c', at('d/a'))
    },
    path: 'd/a',
  },
  {
    what: 'a link to an unsafe folder',
    make: () => {
      folder('b', 0o777)
      symlinkSync(at('b'), at('a'))
    },
    path: 'a',
    says: '/b can be',
  },
  { what: 'a link to itself', make: () => symlinkSync('a', at('a')), path: 'a', says: 'too many links' },
  {
    what: 'a path with dots',
    make: () => {
      folder('a/b')
      folder('c')
    },
    path: 'a/b/.././../c',
  },
  { what: 'a missing folder', make: () => {}, path: 'a', says: 'No such file' },
])('cvh_safe checks $what', async ({ make, path, more = '', says }) => {
  make()
  const { code, output } = await call(sh`cvh_safe ${at(path)} ${more}`)
  expect({ code, output }).toEqual(
    says === undefined ? { code: 0, output: '' } : { code: 77, output: expect.stringContaining(says) },
  )
})

it.runIf(asRoot).each<{ what: string; make(): void; path: string; says?: string }>([
  {
    what: 'a folder of another user',
    make: () => folder('a', 0o755, MALLORY),
    path: 'a',
    says: 'belongs to user 4242',
  },
  {
    what: 'a folder of root inside one of another user',
    make: () => {
      folder('a/b')
      folder('a', 0o700, MALLORY)
    },
    path: 'a/b',
    says: 'belongs to user 4242',
  },
  {
    what: 'a folder that a group can write to',
    make: () => folder('a', 0o775, 0, MALLORY),
    path: 'a',
    says: 'written by others',
  },
  {
    what: 'a folder that the group staff can write to, as below /usr/local',
    make: () => folder('a', 0o2775, 0, 50),
    path: 'a',
  },
  {
    what: 'a link by another user to a safe folder',
    make: () => {
      folder('b')
      symlinkSync(at('b'), at('a'))
      lchownSync(at('a'), MALLORY, 0)
    },
    path: 'a',
    says: 'belongs to user 4242',
  },
  {
    what: 'a link by root that leads through one by another user',
    make: () => {
      folder('b/c')
      symlinkSync(at('b'), at('m'))
      lchownSync(at('m'), MALLORY, 0)
      symlinkSync(at('m/c'), at('a'))
    },
    path: 'a',
    says: 'belongs to user 4242',
  },
])('cvh_safe checks, as root, $what', async ({ make, path, says }) => {
  make()
  const { code, output } = await call(sh`cvh_safe ${at(path)}`)
  expect({ code, output }).toEqual(
    says === undefined ? { code: 0, output: '' } : { code: 77, output: expect.stringContaining(says) },
  )
})

/** What an attacker may have put at root's temporary path. `victim` and `made-by-root` reveal whether root used it. */
const TRAPS: Readonly<Record<string, (path: string) => void>> = {
  'a link to a file of root': (path) => symlinkSync(at('victim'), path),
  'a link to a missing file': (path) => symlinkSync(at('made-by-root'), path),
  'a hard link to a file of root': (path) => linkSync(at('victim'), path),
  'a pipe without a reader': (path) => void execFileSync('mkfifo', [path]),
  'a folder': (path) => mkdirSync(path),
}

it.each(Object.keys(TRAPS))('cvh_place replaces %s at its temporary path', async (trap) => {
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
  'an upload replaces %s and starts from zero',
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
])('refuses to create $what where others can write', async ({ script }) => {
  folder('theirs', 0o777)
  const { code, output } = await call(script(at('theirs')))
  expect(code).not.toBe(0)
  expect(output).toContain('could change what root does there')
  expect(readdirSync(at('theirs'))).toEqual([])
})

const work = () => readlinkSync(join(host.state, 'workdir'))
const NAME = /\/convecthub-[A-Za-z0-9]{10}$/

it('puts the work folder into the state folder by default, for root only', async () => {
  expect((await call(sh`cvh_work ${host.state}`)).code).toBe(0)
  const made = lstatSync(join(host.state, 'workdir'))
  expect({ folder: made.isDirectory(), mode: made.mode & 0o777 }).toEqual({ folder: true, mode: 0o700 })
})

it.each<{ what: string; make(): void; place: string; where: string }>([
  { what: 'a folder of root’s', make: () => folder('place'), place: 'place', where: 'place' },
  { what: 'a missing folder', make: () => {}, place: 'new/place', where: '.' },
  {
    what: 'a missing folder inside a sticky folder',
    make: () => folder('tmp', 0o1777),
    place: 'tmp/place',
    where: 'tmp',
  },
  {
    what: 'a folder that everybody can write to',
    make: () => folder('place', 0o777),
    place: 'place',
    where: '.',
  },
  { what: 'a path that is a file', make: () => writeFileSync(at('place'), ''), place: 'place', where: '.' },
])(
  'makes a work folder with a random name, for root only, when convect_workdir is $what',
  async ({ make, place, where }) => {
    make()
    expect((await call(sh`cvh_work ${at(place)}`)).code).toBe(0)
    expect(work()).toMatch(NAME)
    expect(dirname(work())).toBe(join(host.folder, where))
    expect(lstatSync(work()).mode & 0o777).toBe(0o700)
    expect(readFileSync(join(host.state, 'owned'), 'utf8')).toContain(`work ${work()}\n`)
  },
)

it('keeps a safe work folder, and replaces one that somebody else made under its name', async () => {
  folder('place')
  await call(sh`cvh_work ${at('place')}`)
  const first = work()
  await call(sh`cvh_work ${at('place')}`)
  expect(work()).toBe(first)
  // as if /tmp had been cleaned and somebody had taken the name
  chmodSync(first, 0o777)
  await call(sh`cvh_work ${at('place')}`)
  expect(work()).not.toBe(first)
})

it('makes a new work folder when convect_workdir has changed', async () => {
  for (const place of ['one', 'two']) {
    folder(place)
    expect((await call(sh`cvh_work ${at(place)}`)).code).toBe(0)
    expect(dirname(work())).toBe(at(place))
  }
})

it('cvh_forget removes one line of the record and no other', async () => {
  await call(sh`cvh_record file /etc/a.b; cvh_record file /etc/a.bc; cvh_record folder /etc/a.b`)
  await call(sh`cvh_forget file /etc/a.b`)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe('file /etc/a.bc\nfolder /etc/a.b\n')
})

it.runIf(asRoot)('does not use a work folder of another user', async () => {
  folder('place', 0o755, MALLORY)
  await call(sh`cvh_work ${at('place')}`)
  expect(dirname(work())).toBe(host.folder)
})
