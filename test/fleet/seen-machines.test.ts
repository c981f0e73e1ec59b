import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { addToCache } from '../../src/artifacts/cache.ts'
import { keepMachines, seenMachines } from '../../src/fleet/seen-machines.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'convecthub-seen-'))
  vi.stubEnv('XDG_CACHE_HOME', folder)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const at = (address: string) => new Map([['d1', { address, port: 22 }]])
const SYSTEM = { architecture: 'arm64', cgroup: 2, os: { id: 'ubuntu', version: '22.04' } } as const

it('knows a machine by its name and address, as of the last login', () => {
  expect(seenMachines(at('10.0.0.1'))('d1')).toBeUndefined()
  keepMachines(at('10.0.0.1'), new Map([['d1', SYSTEM]]), new Date(0))
  keepMachines(at('10.0.0.2'), new Map([['d1', { ...SYSTEM, architecture: 'amd64' }]]))
  expect(seenMachines(at('10.0.0.1'))('d1')).toEqual({ ...SYSTEM, at: '1970-01-01T00:00:00.000Z' })
  expect(seenMachines(at('10.0.0.2'))('d1')?.architecture).toBe('amd64')
  expect(seenMachines(at('10.0.0.3'))('d1')).toBeUndefined()
  expect(seenMachines(at('10.0.0.1'))('d2')).toBeUndefined()
})

it.each([{ architecture: 'arm64' }, { ...SYSTEM, at: 1 }, { ...SYSTEM, at: '', cgroup: 3 }, 'text', null])(
  'knows nothing from a cache entry %j',
  (entry) => {
    addToCache('machines.json', { 'd1 10.0.0.1 22': entry })
    expect(seenMachines(at('10.0.0.1'))('d1')).toBeUndefined()
  },
)
