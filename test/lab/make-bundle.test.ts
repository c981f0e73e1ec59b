import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { parse } from 'yaml'
import { bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { makeBundle } from '../../src/lab/make-bundle.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bundle-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it('writes a lock file that matches the files, and is reproducible', async () => {
  await makeBundle(folder, 'v1.21.3+k3s1', () => undefined)
  const text = readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')
  const lock = bundleLockSchema.parse(parse(text))
  expect(lock.standIn).toBe(true)
  for (const file of lock.files) {
    const content = readFileSync(join(folder, file.name))
    expect([file.name, content.length]).toEqual([file.name, file.size])
    expect(createHash('sha256').update(content).digest('hex')).toBe(file.sha256)
  }
  expect(lock.files.map(({ kind, roles }) => `${kind} ${roles.join('+')}`)).toEqual([
    'k3s driver+worker',
    'images driver+worker',
    'images driver+worker',
    'helm driver',
    'chart driver',
    'source ',
  ])
  expect(lock.files[0]?.version).toBe('v1.21.3+k3s1')
  expect(statSync(join(folder, 'k3s')).mode & 0o777).toBe(0o755)
  const chart = gunzipSync(readFileSync(join(folder, 'charts/jupyterhub-4.4.0.tgz'))).toString('latin1')
  expect(chart).toContain('jupyterhub/Chart.yaml')
  expect(chart).toContain('stand-in')

  await makeBundle(folder, 'v1.21.3+k3s1', () => undefined)
  expect(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')).toBe(text)
})

it.each([
  'k3s',
  'helm',
  'images/k3s-airgap-images-amd64.tar',
  'charts/jupyterhub-4.4.0.tgz',
  'bundle.lock.yaml',
])('does not write over a real %s', async (name) => {
  const path = join(folder, name)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, 'real')
  await expect(makeBundle(folder, undefined, () => undefined)).rejects.toMatchObject({
    code: 'FILE_EXISTS',
    message: `${path} is there already, and no stand-in`,
  })
  expect(readFileSync(path, 'utf8')).toBe('real')
})
