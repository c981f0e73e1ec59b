import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { bundleKind } from '../../src/artifacts/bundle-kind.ts'
import { BUNDLE_LOCK } from '../../src/artifacts/bundle-lock.ts'
import { testBundle } from '../helpers/test-cluster.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-bundle-kind-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

it.each<{ what: string; lock?: string; kind: string }>([
  { what: 'nothing', kind: 'none' },
  { what: 'a lock', lock: stringify(testBundle()), kind: 'real' },
  { what: 'the lab’s lock', lock: stringify({ ...testBundle(), standIn: true }), kind: 'stand-in' },
  { what: 'another file under the name of the lock', lock: 'a: b\n', kind: 'real' },
  { what: 'a truncated lock', lock: 'files: [{name: "k3', kind: 'real' },
])('a folder with $what: $kind', ({ lock, kind }) => {
  if (lock !== undefined) writeFileSync(join(folder, BUNDLE_LOCK), lock)
  expect(bundleKind(folder)).toBe(kind)
})
