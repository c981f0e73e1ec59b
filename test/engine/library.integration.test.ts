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

/** Runs a script with the library's functions. */
const call = (script: ReturnType<typeof sh>) =>
  host.connection.run(withLibrary(script), {
    name: 'test',
    timeoutMs: 1000,
  })
const at = (name: string) => join(host.folder, name)
const mode = (path: string) => (statSync(path).mode & 0o7777).toString(8)

it('gives a script every function', async () => {
  const all = [...template('remote/library.sh').matchAll(/^(cvh_\w+)\(\)/gm)].map(([, name = '']) => name)
  const { output } = await call(sh`for name in ${all}; do command -v "$name"; done`)
  expect(output.split('\n')).toEqual(all)
})

it.each([
  { what: 'text', text: 'a\nb\n' },
  { what: 'nothing', text: '' },
  { what: 'no newline at the end', text: 'a' },
  { what: 'characters that a shell or printf would change', text: '%s \\n $HOME `id` \'"\\\n\n\n' },
  { what: 'non-ASCII letters', text: 'käse – 鍵\n' },
])('cvh_place writes $what unchanged, with its mode, and leaves no other file', async ({ text }) => {
  const path = at('deep/er/file')
  const { code } = await call(sh`printf '%s' ${text} | cvh_place ${path} 640`)
  expect(code).toBe(0)
  expect(readFileSync(path, 'utf8')).toBe(text)
  expect(mode(path)).toBe('640')
  expect(readdirSync(at('deep/er'))).toEqual(['file'])
})

it('cvh_place replaces the old file instead of writing into it', async () => {
  writeFileSync(at('file'), 'old')
  const before = statSync(at('file')).ino
  await call(sh`printf new | cvh_place ${at('file')} 600`)
  expect(readFileSync(at('file'), 'utf8')).toBe('new')
  expect(statSync(at('file')).ino).not.toBe(before)
})

it('cvh_end returns when all of a job is gone', async () => {
  const slow = `trap 'sleep 0.5; touch ${at('ended')}; exit' TERM; touch ${at('begun')}; while :; do sleep 0.1; done`
  await call(sh`mkdir -p /run/convecthub
(printf '%s\n' ${slow} | cvh_job slow) >/dev/null 2>&1 &
cvh_within /run/convecthub/slow.pid
until [ -e ${at('begun')} ]; do sleep 0.05; done
cvh_end slow`)
  expect(existsSync(at('ended'))).toBe(true)
})

it('cvh_record records each thing once, in order', async () => {
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

it('records the folders that it creates for a file, parents first, but not existing ones', async () => {
  mkdirSync(at('there'))
  await call(sh`printf x | cvh_place ${at('there/new/er/file')} 600
printf y | cvh_place ${at('there/new/other')} 600`)
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe(
    `folder ${at('there/new')}\nfolder ${at('there/new/er')}\n`,
  )
})

it('can write its first file into the folder of the record', async () => {
  const path = join(host.state, 'bin/helm')
  const { output } = await call(sh`set -e
printf x | cvh_place ${path} 755`)
  expect(output).toBe('')
  expect(readFileSync(path, 'utf8')).toBe('x')
})

it('cvh_keep_digest keeps one line per path, with size, times and inode', async () => {
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
  { what: 'never succeeds, with its last output', asked: 'echo not yet; false', code: 75, output: 'not yet' },
  { what: 'gives up with exit code 70', seconds: 60, asked: 'echo gone; exit 70', code: 70, output: 'gone' },
  { what: 'prints to stderr', asked: 'echo why >&2; exit 1', code: 75, output: 'why' },
])('cvh_wait returns when the command $what', async ({ asked, seconds = 0, code, output }) => {
  const result = await call(sh`asked() { ${rawSh(asked)}
}
cvh_wait ${seconds} asked`)
  expect(result).toMatchObject({ code, output })
})

it('cvh_wait repeats the command until it succeeds', async () => {
  const { code } = await call(sh`asked() { echo x >>${at('asked')}; [ "$(wc -l <${at('asked')})" -ge 2 ]
}
cvh_wait 30 asked`)
  expect(code).toBe(0)
  expect(readFileSync(at('asked'), 'utf8')).toBe('x\nx\n')
})

/** A fake systemd that runs a unit in the foreground until it ends. */
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
  { what: 'the output of a job that succeeds', job: 'echo one\necho two >&2', code: 0, output: 'one\ntwo' },
  { what: 'the exit code of a job that fails', job: 'echo half\nexit 9', code: 9, output: 'half' },
])('cvh_job passes on $what', async ({ job, code, output }) => {
  fakeSystemd()
  expect(await call(sh`printf '%s\n' ${job} | cvh_job test`)).toMatchObject({ code, output })
  expect(existsSync(at('run/test.code.part'))).toBe(false)
})

it('lets only root read the script and log of a job', async () => {
  fakeSystemd()
  await call(sh`echo : | cvh_job test`)
  expect(mode(at('run'))).toBe('700')
})

it('does not remove what others could exchange, even if the message about it cannot be written', async () => {
  const path = at('open/ours/thing')
  mkdirSync(at('open/ours'), { recursive: true })
  writeFileSync(path, '')
  chmodSync(at('open'), 0o777)
  await call(sh`${rawSh(template('remote/of-k3s.sh') + template('remote/remove-paths.sh'))}
remove_paths ${path} >/dev/full`)
  expect(existsSync(path)).toBe(true)
})
