import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import { rawSh, sh } from '../../src/sh.ts'
import { it } from './helpers/fixtures.ts'

const options = { name: 'test', timeoutMs: 15_000 }

it('quotes any text in a template correctly', async ({ host }) => {
  const everything = String.fromCodePoint(...Array.from({ length: 0x7ff }, (_, i) => i + 1))
  for (const text of ["it's", '$(id)', '-n', '', ' a  b ', 'a\nb', everything]) {
    const { output } = await host.run(sh`printf %s ${text} | sha256sum`, options)
    expect(output, JSON.stringify(text.slice(0, 20))).toContain(
      createHash('sha256').update(text).digest('hex'),
    )
  }
})

it('runs a script of 128 KB to its last line', async ({ host }) => {
  const lines = Array.from({ length: 4096 }, (_, i) => `: ${String(i).padStart(29, '0')}`)
  const { output } = await host.run(rawSh(`${lines.join('\n')}\necho "last ü"`), options)
  expect(output).toBe('last ü')
})

it('passes on all of 10 MB of output', async ({ host }) => {
  const heard = { lines: 0, last: '' }
  const { code } = await host.run(sh`seq -f '%099g' 100000; echo the end; exit 4`, {
    ...options,
    onLine(line) {
      if (line === '') return
      heard.lines += 1
      heard.last = line
    },
  })
  expect({ code, ...heard }).toEqual({ code: 4, lines: 100_001, last: 'the end' })
})

it('passes on a line of 3 MB in one piece', async ({ host }) => {
  const { output } = await host.run(sh`head -c 3000000 /dev/zero | tr '\\0' x`, options)
  expect(output).toHaveLength(3_000_000)
})

it('keeps the end of long output, where the cause of a failure is', async ({ host }) => {
  const { code, output } = await host.run(sh`seq -f '%099g' 60000; echo the cause; exit 4`, options)
  expect(code).toBe(4)
  expect(output.split('\n').at(-1)).toBe('the cause')
})

it('decodes UTF-8 that is split between packets', async ({ host }) => {
  const { output } = await host.run(sh`yes '日本🦀' | head -n 20000`, options)
  expect(new Set(output.split('\n'))).toEqual(new Set(['日本🦀']))
})
