import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { StepTimes } from '../../src/commands/step-times.ts'
import type { Outcome } from '../../src/outcome.ts'

let cache: string
const file = () => join(cache, 'convecthub', 'step-times.json')
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), 'convecthub-cache-'))
  vi.stubEnv('XDG_CACHE_HOME', cache)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(cache, { recursive: true })
})

/** A run in which steps ended so. */
function run(...ended: [step: string, ms: number, outcome?: Outcome][]): void {
  const times = new StepTimes()
  for (const [step, ms, outcome = 'changed'] of ended)
    times.on({ event: 'step', host: 'w1', step, outcome, ms })
  times.keep()
}

it('knows the slowest host of the last run that did a step', () => {
  expect(new StepTimes().earlier.size).toBe(0)
  run(['docker', 40_000], ['docker', 41_000], ['docker', 2000], ['k3s', 9000])
  run(['k3s', 7000], ['docker', 1, 'unchanged'], ['login', 5, 'failed'])
  expect(Object.fromEntries(new StepTimes().earlier)).toEqual({ docker: 41_000, k3s: 7000 })
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

it.each(['', '[]', 'null', '{"docker":"long","k3s":-1}'])('does without what it cannot use: %s', (text) => {
  run(['docker', 1])
  writeFileSync(file(), text)
  expect(new StepTimes().earlier.size).toBe(0)
})
