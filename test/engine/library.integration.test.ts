import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { withLibrary } from '../../src/engine/with-library.ts'
import { rawSh, sh } from '../../src/sh.ts'
import { template } from '../../src/templates.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'

let host: LocalHost
beforeEach(() => {
  host = localHost()
})
afterEach(() => host.remove())

/** Runs shell with the library's functions. */
const call = (script: ReturnType<typeof sh>) =>
  host.connection.run(withLibrary(script), {
    name: 'test',
    timeoutMs: 1000,
  })
const at = (name: string) => join(host.folder, name)
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)

it('only what a script calls travels with it, and each function can be called', async () => {
  const text = withLibrary(sh`cvh_place /a 644`).reveal()
  expect(text.match(/^cvh_\w+(?=\(\))/gm)).toEqual([
    'cvh_load',
    'cvh_record',
    'cvh_safe',
    'cvh_way',
    'cvh_folder',
    'cvh_place',
  ])
  expect(text).not.toMatch(/^ *#/m)
  const all = [...template('remote/library.sh').matchAll(/^(cvh_\w+)\(\)/gm)].map(([, name = '']) => name)
  const { output } = await call(sh`for name in ${all}; do command -v "$name"; done`)
  expect(output.split('\n')).toEqual(all)
})

it.each([
  { what: 'text', text: 'a\nb\n' },
  { what: 'nothing', text: '' },
  { what: 'no newline at the end', text: 'a' },
  { what: 'what a shell or printf would alter', text: '%s \\n $HOME `id` \'"\\\n\n\n' },
  { what: 'letters of all kinds', text: 'käse – 鍵\n' },
])('cvh_place writes $what as it is, with its mode and nothing beside it', async ({ text }) => {
  const path = at('deep/er/file')
  const { code } = await call(sh`printf '%s' ${text} | cvh_place ${path} 640`)
  expect(code).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe(text)
  expect(mode(path)).toBe('640')
  expect(readdirSync(at('deep/er'))).toEqual(['file'])
})

it('cvh_place puts a new file in the place of the old one, and does not write into that', async () => {
  writeFileSync(at('file'), 'old')
  const before = statSync(at('file')).ino
  await call(sh`printf new | cvh_place ${at('file')} 600`)
  expect(readFileSync(at('file'), 'utf8')).toBe('new')
  expect(statSync(at('file')).ino).not.toBe(before)
})

it('cvh_record notes each thing once, in order', async () => {
  await call(sh`cvh_record file /a/b
cvh_record package b
cvh_record file /a/b
cvh_record file /a
cvh_record file a.b
cvh_record file axb`)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe(
    'file /a/b\npackage b\nfile /a\nfile a.b\nfile axb\n',
  )
})

it('what is made on the way to a file is noted, outer folders first, what was there is not', async () => {
  mkdirSync(at('there'))
  await call(sh`printf x | cvh_place ${at('there/new/er/file')} 600
printf y | cvh_place ${at('there/new/other')} 600`)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe(
    `folder ${at('there/new')}\nfolder ${at('there/new/er')}\n`,
  )
})

it('a file in the folder of our record can be the first of all', async () => {
  const path = join(host.state, 'bin/helm')
  const { output } = await call(sh`set -e
printf x | cvh_place ${path} 755`)
  expect(output).toBe('')
  expect(readFileSync(path, 'utf8')).toBe('x')
})

it('cvh_keep_digest keeps one line a path, by size, times and inode', async () => {
  mkdirSync(host.state)
  writeFileSync(at('big'), 'x')
  writeFileSync(at('other-big'), 'xyz')
  await call(sh`cvh_keep_digest aaa ${at('big')}
cvh_keep_digest bbb ${at('other-big')}
cvh_keep_digest ccc ${at('big')}`)
  const line = (digest: string, path: string) => {
    const stamp = execFileSync('stat', ['-c', '%s %y %z %i', path], { encoding: 'utf8' }).trim()
    return `${digest} ${stamp} ${path}`
  }
  expect(readFileSync(join(host.state, 'digests'), 'utf8').trim().split('\n')).toEqual([
    line('bbb', at('other-big')),
    line('ccc', at('big')),
  ])
  expect(readdirSync(host.state)).toEqual(['digests'])
})

it.each([
  { what: 'succeeds at once', asked: 'echo up', code: 0, output: '' },
  { what: 'never succeeds: its last words', asked: 'echo not yet; false', code: 75, output: 'not yet' },
  { what: 'says that it never will', seconds: 60, asked: 'echo gone; exit 70', code: 70, output: 'gone' },
  { what: 'talks on stderr', asked: 'echo why >&2; exit 1', code: 75, output: 'why' },
])('cvh_wait, when the question $what', async ({ asked, seconds = 0, code, output }) => {
  const result = await call(sh`asked() { ${rawSh(asked)}
}
cvh_wait ${seconds} asked`)
  expect(result).toMatchObject({ code, output })
})

it('cvh_wait asks again until it is so', async () => {
  const { code } = await call(sh`asked() { echo x >>${at('asked')}; [ "$(wc -l <${at('asked')})" -ge 2 ]
}
cvh_wait 30 asked`)
  expect(code).toBe(0)
  expect(readFileSync(at('asked'), 'utf8')).toBe('x\nx\n')
})

/** A systemd whose units run at once and to their end. */
function fakeSystemd() {
  const programs = {
    systemctl: '[ "$1" != show ] || echo MainPID=0',
    'systemd-run': 'while [ "$1" != sh ]; do shift; done; exec "$@"',
  }
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(host.bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(host.bin, name), 0o755)
  }
}

it.each([
  { what: 'its output and success', job: 'echo one\necho two >&2', code: 0, output: 'one\ntwo' },
  { what: 'its exit code', job: 'echo half\nexit 9', code: 9, output: 'half' },
])('cvh_job gives on $what', async ({ job, code, output }) => {
  fakeSystemd()
  expect(await call(sh`printf '%s\n' ${job} | cvh_job test`)).toMatchObject({ code, output })
  expect(existsSync(at('run/test.code.part'))).toBe(false)
})

it('a job’s text and log are for root alone', async () => {
  fakeSystemd()
  await call(sh`echo : | cvh_job test`)
  expect(mode(at('run'))).toBe('700')
})

it('what others could exchange is not removed, where the word of it gets lost as well', async () => {
  const path = at('open/ours/thing')
  mkdirSync(at('open/ours'), { recursive: true })
  writeFileSync(path, '')
  chmodSync(at('open'), 0o777)
  await call(sh`${rawSh(template('remote/remove-paths.sh'))}
remove_paths ${path} >/dev/full`)
  expect(existsSync(path)).toBe(true)
})
