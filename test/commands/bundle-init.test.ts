import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readBundleSpec } from '../../src/artifacts/pull/read-bundle-spec.ts'
import { bundleInitVerb } from '../../src/commands/bundle-init.ts'
import { printed } from '../helpers/printed.ts'

let top: string
let folder: string
beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'convecthub-init-'))
  folder = join(top, 'shared/bin')
})
afterEach(() => rmSync(top, { recursive: true }))

it('writes a bundle.yaml that bundle pull reads, and names the next command', async () => {
  const values = join(top, 'jupyterhub.yaml')
  writeFileSync(values, 'hub: {}\n')
  const { lines, result } = await printed(() => bundleInitVerb(folder, { values, gpu: true }))
  expect(result).toBe('ok')
  expect(lines).toEqual([`${folder}/bundle.yaml written. Next: convecthub bundle pull ${folder}`])
  expect(readBundleSpec(folder)).toMatchObject({ values, spec: { values: '../../jupyterhub.yaml' } })
})

it('never writes over one', async () => {
  await printed(() => bundleInitVerb(folder, {}))
  writeFileSync(join(folder, 'bundle.yaml'), 'mine')
  await expect(bundleInitVerb(folder, {})).rejects.toMatchObject({
    code: 'FILE_EXISTS',
    details: { hint: expect.stringContaining(`convecthub bundle pull ${folder}`) },
  })
  expect(readFileSync(join(folder, 'bundle.yaml'), 'utf8')).toBe('mine')
})

it.each([
  { wishes: { k3s: '1.36.4' }, message: '--k3s 1.36.4 must be a version such as v1.34.1+k3s1' },
  { wishes: { helm: 'v4' }, message: '--helm v4 must be a version such as v3.19.0' },
  { wishes: { chart: '4' }, message: '--chart 4 must be a version such as 4.4.0' },
  { wishes: { registry: '3' }, message: '--registry 3 must be a version such as v3.0.0' },
  { wishes: { values: '/no/such.yaml' }, message: '--values /no/such.yaml: no such file' },
])('refuses $wishes', async ({ wishes, message }) => {
  await expect(bundleInitVerb(folder, wishes)).rejects.toMatchObject({ code: 'USAGE', message })
  expect(() => readBundleSpec(folder)).toThrow('no such file')
})

it('refuses a file in place of the folder', async () => {
  writeFileSync(join(top, 'file'), '')
  await expect(bundleInitVerb(join(top, 'file'), {})).rejects.toMatchObject({ code: 'USAGE' })
})
