import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pLimit from 'p-limit'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { digest } from '../../src/digest.ts'
import { apply } from '../../src/engine/apply.ts'
import type { Change } from '../../src/engine/change.ts'
import type { EngineEvent } from '../../src/engine/event.ts'
import type { ConvecthubError } from '../../src/errors.ts'
import { file } from '../../src/facts/file.ts'
import { Secret } from '../../src/secret.ts'
import { rawSh } from '../../src/sh.ts'
import { type LocalHost, localHost } from '../helpers/local-host.ts'
import { artifact } from '../helpers/test-cluster.ts'
import { textSource } from '../helpers/text-source.ts'

let host: LocalHost
beforeEach(() => {
  host = localHost()
})
afterEach(() => host.remove())

const at = (name: string) => join(host.folder, name)
const run = (script: string): Change => ({
  kind: 'run',
  sign: '!',
  title: script,
  timeoutMs: 1000,
  script: rawSh(script),
})

/** Applies changes with a real sh, and probes the file `a`. */
async function applied(changes: readonly Change[], content = '') {
  const events: EngineEvent[] = []
  let error: ConvecthubError | undefined
  const facts = await apply({
    connection: host.connection,
    host: 'w1',
    step: 'test',
    owner: 'the test',
    changes,
    facts: [file(at('a'))],
    source: () => textSource(content),
    uploads: pLimit(1),
    relay: undefined,
    emit: (event) => events.push(event),
    signal: new AbortController().signal,
  }).catch((caught: ConvecthubError) => {
    error = caught
    return undefined
  })
  const said = events.map((event) => {
    if (event.event === 'line') return `| ${event.line}`
    return 'change' in event ? `${event.event}: ${event.change.title}` : event.event
  })
  const sent = events.flatMap((event) => (event.event === 'progress' ? [event.sent] : []))
  return {
    state: facts?.get(file(at('a'))),
    said: said.filter((text, i) => text !== said[i - 1]),
    error,
    sent,
  }
}

const write = (content: string | Secret): Change => {
  return { kind: 'file', sign: '+', title: 'a', path: at('a'), content, mode: '600' }
}

it.each([
  { what: 'text', content: 'it’s 100 % $HOME\n' },
  { what: 'no content', content: '' },
  { what: 'a secret', content: new Secret("pass'word\n") },
])('writes a file with $what, and the probe sees it', async ({ content }) => {
  const { state } = await applied([write(content)])
  const text = content instanceof Secret ? content.reveal() : content
  expect(readFileSync(at('a'), 'utf8')).toBe(text)
  expect(state).toMatchObject({ type: 'file', mode: '600', digest: digest(text) })
})

const named = (name: string): Change => {
  return { kind: 'file', sign: '+', title: name, path: at(name), content: name, mode: '644' }
}

it('writes consecutive files before the next change runs', async () => {
  const { said } = await applied([named('a'), named('b c'), run('ls a "b c"'), named('d')])
  expect(said.filter((text) => text.startsWith('|'))).toEqual(['| a', '| b c'])
  expect(readFileSync(at('d'), 'utf8')).toBe('d')
  expect(existsSync(at('d.part'))).toBe(false)
})

it('keeps the files that were written before one that failed', async () => {
  writeFileSync(at('no-folder'), '')
  const { said, error } = await applied([named('a'), named('b'), named('no-folder/c'), named('d')])
  expect(error?.message).toBe('no-folder/c: exit code 1')
  expect(said.slice(0, 5)).toEqual([
    ...['change-start: a', 'change-end: a', 'change-start: b', 'change-end: b'],
    'change-start: no-folder/c',
  ])
  expect(['a', 'a.part', 'b', 'b.part', 'd', 'd.part'].filter((name) => existsSync(at(name)))).toEqual([
    'a',
    'b',
  ])
})

it('records a file that it creates on a host', async () => {
  await applied([write('x')])
  expect(readFileSync(join(host.state, 'owned'), 'utf8')).toBe(`file ${at('a')}\n`)
})

it.each([
  { what: 'an exit code', bad: 'exit 3', message: 'exit 3: exit code 3' },
  {
    what: 'any failing command',
    bad: 'false\necho not reached',
    message: 'false echo not reached: exit code 1',
  },
])('stops at the first failure, $what', async ({ bad, message }) => {
  const { said, error } = await applied([run('echo one'), run(bad), run('touch never')])
  expect(said.slice(0, 3)).toEqual(['change-start: echo one', '| one', 'change-end: echo one'])
  expect(said).not.toContain(`change-end: ${bad}`)
  expect(said).not.toContain('| not reached')
  expect(existsSync(at('never'))).toBe(false)
  expect(error).toMatchObject({ code: 'STEP_FAILED', message, details: { host: 'w1', step: 'test' } })
})

it.each([
  { what: 'no trailing newline', script: 'printf half', line: '| half' },
  { what: 'stderr', script: 'echo bad >&2', line: '| bad' },
  { what: 'a line that looks like a mark', script: 'echo "::change 7"', line: '| ::change 7' },
  { what: 'a line that looks like the current mark', script: 'echo "::change 0"', line: '| ::change 0' },
])('emits output line by line: $what', async ({ script, line }) => {
  const { said } = await applied([run(script)])
  expect(said).toEqual([`change-start: ${script}`, line, `change-end: ${script}`])
})

it('shows the output of the failed change, and a hint when the cause is known', async () => {
  const { error } = await applied([run('echo fine'), run('echo "No space left on device"; exit 2')])
  expect(error?.details.evidence).toBe('No space left on device')
  expect(error?.details.hint).toContain('the disk is full')
})

it('shows the last output of a failed wait, and its evidence', async () => {
  const { error } = await applied([
    {
      kind: 'wait',
      sign: '!',
      title: 'wait for it',
      timeoutMs: 0,
      until: rawSh('echo asked; false'),
      evidence: rawSh('echo the journal'),
    },
  ])
  expect(error?.message).toContain('wait for it: it did not come within 0 s')
  expect(error?.details.evidence).toBe('asked\nthe journal')
})

it('does not call it a timeout when a wait gives up early', async () => {
  const wait: Change = {
    kind: 'wait',
    sign: '!',
    title: 'wait for it',
    timeoutMs: 60_000,
    until: rawSh('echo broken; exit 70'),
  }
  expect((await applied([wait])).error?.message).toBe('wait for it: it will not come, and was given up')
})

const big = 'x'.repeat(8 * 1024 * 1024)
it.each([
  { what: 'a small file', content: 'chart', kept: false },
  { what: 'a big file and caches its digest for the next run', content: big, kept: true },
])('uploads $what', async ({ content, kept }) => {
  const sent = artifact('a', { size: content.length, sha256: digest(content) })
  const { state, said } = await applied(
    [{ kind: 'upload', sign: '+', title: 'send a', artifact: sent, path: at('a'), mode: '755' }],
    content,
  )
  expect(said).toEqual(['change-start: send a', 'progress', 'change-end: send a'])
  expect(state).toMatchObject({ digest: digest(content), mode: '755', size: content.length })
  expect(statSync(at('a')).size).toBe(content.length)
  expect(existsSync(at('.a.part'))).toBe(false)
  expect(existsSync(join(host.state, 'digests'))).toBe(kept)
})

const send = (content: string, size = content.length): Change => ({
  kind: 'upload',
  sign: '+',
  title: 'send a',
  artifact: artifact('a', { size, sha256: digest(content) }),
  path: at('a'),
  mode: '644',
})

it.each([
  { what: 'the first half', left: 'abcd'.repeat(100_000), first: 800_000 },
  { what: 'all of it', left: 'abcd'.repeat(200_000), first: undefined },
  { what: 'different bytes', left: 'x'.repeat(1000), first: 256 * 1024 },
  { what: 'a longer file', left: 'abcd'.repeat(300_000), first: 256 * 1024 },
])('sends only what is missing when the host has $what', async ({ left, first }) => {
  const content = 'abcd'.repeat(200_000)
  writeFileSync(at('.a.part'), left)
  const { state, sent } = await applied([send(content)], content)
  expect(state).toMatchObject({ digest: digest(content), size: content.length })
  expect(sent[0]).toBe(first === 800_000 ? 400_000 + 256 * 1024 : first)
})

it('refuses an upload without enough disk space before it sends anything', async () => {
  const { error, sent } = await applied([send('', 1e15)])
  expect(error).toMatchObject({ code: 'NO_SPACE', exit: 'failed' })
  expect(error?.details.evidence).toMatch(/^1000000000000000 bytes are wanted in .*, and \d+ are free$/)
  expect(sent).toEqual([])
})

it.each([
  {
    what: 'into a folder that everybody can write to',
    make: () => {
      mkdirSync(at('open'))
      chmodSync(at('open'), 0o777)
    },
    path: 'open/a',
    code: 'UNSAFE_FOLDER',
    message: 'send a: a user other than root can write to its folder',
    hint: /chown root: FOLDER/,
    evidence: /open can be written by others/,
  },
  {
    what: 'below a file',
    make: () => writeFileSync(at('no-folder'), ''),
    path: 'no-folder/a',
    code: 'STEP_FAILED',
    message: 'send a: the host could not write it (exit code 1)',
    hint: /^the lines above are the host's own; fix the cause/,
    evidence: /no-folder.*: File exists/,
  },
])('refuses an upload $what', async ({ make, path, code, message, hint, evidence }) => {
  make()
  const sent = artifact('a', { size: 5, sha256: digest('whole') })
  const change: Change = {
    kind: 'upload',
    sign: '+',
    title: 'send a',
    artifact: sent,
    path: at(path),
    mode: '755',
  }
  const { error, sent: progress } = await applied([change], 'whole')
  expect(error).toMatchObject({ code, exit: 'failed', message })
  expect(error?.details.hint).toMatch(hint)
  expect(error?.details.evidence).toMatch(evidence)
  expect(progress).toEqual([])
  expect(existsSync(at(path))).toBe(false)
})

it('never renames an upload that arrived altered', async () => {
  writeFileSync(at('a'), 'the old one')
  const sent = artifact('a', { size: 5, sha256: digest('whole') })
  const { error, state } = await applied(
    [{ kind: 'upload', sign: '~', title: 'send a', artifact: sent, path: at('a'), mode: '755' }],
    'other',
  )
  expect(state).toBeUndefined()
  expect(error).toMatchObject({ code: 'UPLOAD_DIGEST', exit: 'failed' })
  expect(readFileSync(at('a'), 'utf8')).toBe('the old one')
  expect(existsSync(at('.a.part'))).toBe(false)
})
