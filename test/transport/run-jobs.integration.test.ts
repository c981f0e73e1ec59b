import { expect } from 'vitest'
import { rawSh, sh } from '../../src/sh.ts'
import { it } from './helpers/fixtures.ts'

const options = { name: 'test', timeoutMs: 15_000 }

it.for([
  { what: 'stdout', script: 'echo a', code: 0, output: 'a' },
  { what: 'nothing', script: ':', code: 0, output: '' },
  { what: 'an empty script', script: '', code: 0, output: '' },
  { what: 'no newline at the end', script: 'printf a', code: 0, output: 'a' },
  { what: 'empty lines', script: 'printf "\\na\\n\\nb\\n"', code: 0, output: '\na\n\nb' },
  {
    what: 'stdout and stderr in order',
    script: 'for i in 1 2 3; do echo o$i; echo e$i >&2; done',
    code: 0,
    output: 'o1\ne1\no2\ne2\no3\ne3',
  },
  { what: 'exit', script: 'echo a; exit 3; echo b', code: 3, output: 'a' },
  { what: 'exit 255', script: 'exit 255', code: 255, output: '' },
  { what: 'the last command failing', script: 'false', code: 1, output: '' },
  { what: 'set -e', script: 'set -e\nfalse\necho b', code: 1, output: '' },
  { what: 'a signal', script: 'sh -c "kill -9 \\$\\$"', code: 137, output: 'Killed' },
  { what: 'a comment at the end', script: 'echo a # b', code: 0, output: 'a' },
  {
    what: 'a here document',
    script: "cat <<'E'\n$a `b` \\c 'd' \"\nE",
    code: 0,
    output: "$a `b` \\c 'd' \"",
  },
  {
    what: 'backslashes and percents',
    script: "printf '%s\\n' '%s \\n \\\\'",
    code: 0,
    output: '%s \\n \\\\',
  },
  { what: 'tabs and leading spaces', script: "\techo 'a\t b'\n  echo c", code: 0, output: 'a\t b\nc' },
  { what: 'reading stdin', script: 'cat; read -r line || echo none', code: 0, output: 'none' },
  {
    what: 'words that look like frames',
    script: "echo 'run 9 3'; echo 'kill TERM'",
    code: 0,
    output: 'run 9 3\nkill TERM',
  },
  { what: 'arguments of its own', script: 'set -- a b; echo "$2"', code: 0, output: 'b' },
  { what: 'UTF-8', script: "echo 'Grüße 日本 🦀'", code: 0, output: 'Grüße 日本 🦀' },
  {
    what: 'user, folder, umask and locale',
    script: 'id -u; pwd; umask; echo $LC_ALL',
    code: 0,
    output: '0\n/\n0022\nC',
  },
])('returns exit code and output: $what', async ({ script, code, output }, { host }) => {
  const result = await host.run(rawSh(script), options)
  expect({ code: result.code, output: result.output }).toEqual({ code, output })
})

it('a syntax error fails only its own job', async ({ host }) => {
  const result = await host.run(rawSh('if then'), options)
  expect(result.code).not.toBe(0)
  expect(result.output).toMatch(/syntax error/i)
  expect((await host.run(sh`echo on`, options)).output).toBe('on')
})

it('onLine gets exactly the lines of the output, in order', async ({ host }) => {
  const heard: string[] = []
  await host.run(sh`echo a; echo; printf b`, { ...options, onLine: (line) => heard.push(line) })
  expect(heard).toEqual(['a', '', 'b'])
  heard.length = 0
  await host.run(sh`echo a`, { ...options, onLine: (line) => heard.push(line) })
  expect(heard).toEqual(['a'])
})

it('passes on lines while the job still runs', async ({ sshd, host }) => {
  const gate = `${sshd.folder}/gate`
  const job = host.run(sh`echo first; while [ ! -e ${gate} ]; do sleep 0.02; done; echo second`, {
    ...options,
    onLine: (line) => line === 'first' && sshd.write('gate', ''),
  })
  expect((await job).output).toBe('first\nsecond')
})

it('ends a job although it left a process in the background', async ({ host }) => {
  const { output } = await host.run(
    sh`sh -c 'while :; do printf x; sleep 0.01; done' & echo $!; exit 0`,
    options,
  )
  expect((await host.run(sh`kill ${Number.parseInt(output, 10)}; echo done`, options)).code).toBe(0)
})

it('needs one remote command for all jobs above', ({ host }) => {
  expect(host.execs).toBe(1)
})

it('rejects a second job at the same time, and the first goes on', async ({ host }) => {
  const first = host.run(sh`echo first`, options)
  await expect(host.run(sh`echo second`, options)).rejects.toThrow('began before')
  expect((await first).output).toBe('first')
})
