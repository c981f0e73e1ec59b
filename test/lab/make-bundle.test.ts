import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
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
  ])
  expect(lock.files[0]?.version).toBe('v1.21.3+k3s1')
  expect(statSync(join(folder, 'k3s')).mode & 0o777).toBe(0o755)
  const chart = gunzipSync(readFileSync(join(folder, 'charts/jupyterhub-4.4.0.tgz'))).toString('latin1')
  expect(chart).toContain('jupyterhub/Chart.yaml')
  expect(chart).toContain('stand-in')

  await makeBundle(folder, 'v1.21.3+k3s1', () => undefined)
  expect(readFileSync(join(folder, 'bundle.lock.yaml'), 'utf8')).toBe(text)
})
