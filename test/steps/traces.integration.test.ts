import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { template } from '../../src/templates.ts'
import { runShell, SHELLS } from '../helpers/shell.ts'

const folder = mkdtempSync(join(tmpdir(), 'convecthub-traces-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** The functions of these templates, with K3s's folders in a temporary folder. */
const functions = [...['of-k3s', 'traces'].map((name) => template(`remote/${name}.sh`))]
  .join('\n')
  .replaceAll('/var/lib/rancher', `${folder}/rancher`)
const run = (script: string, shell: readonly string[]) => runShell(`${functions}\n${script}`, shell).output

const shells = SHELLS.map((shell) => ({ name: shell[0], shell }))
it.each(shells)('$name: lists ipsets with K3s’s own ipset when the host has none', ({ shell }) => {
  const bin = join(folder, 'rancher/k3s/data/abc/bin/aux')
  mkdirSync(bin, { recursive: true })
  const names = ['KUBE-SRC-2A5QTGTCFRJLYPFK', 'inet6:KUBE-DST-X', 'theirs', 'KUBE-DST-2']
  writeFileSync(join(bin, 'ipset'), `#!/bin/sh\nprintf '%s\\n' ${names.join(' ')}\n`, { mode: 0o755 })
  expect(run('PATH=/usr/bin:/bin; k3s_ipsets', shell).trim().split('\n')).toEqual([
    'KUBE-SRC-2A5QTGTCFRJLYPFK',
    'inet6:KUBE-DST-X',
    'KUBE-DST-2',
  ])
  rmSync(join(folder, 'rancher'), { recursive: true })
})

it.each(shells)('$name: does not list users’ data as left, but anything else', ({ shell }) => {
  const top = `${folder}/rancher`
  mkdirSync(`${top}/k3s/storage/pvc-1`, { recursive: true })
  expect(run(`list_traces ${top} | grep path`, shell)).toBe('')
  writeFileSync(`${top}/k3s/x`, '')
  expect(run(`list_traces ${top} | grep path`, shell).trim()).toBe(`path ${top}`)
  rmSync(top, { recursive: true })
  mkdirSync(top)
  expect(run(`list_traces ${top} | grep path`, shell).trim()).toBe(`path ${top}`)
  rmSync(top, { recursive: true })
})
