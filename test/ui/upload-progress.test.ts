import { expect, it } from 'vitest'
import type { Change } from '../../src/engine/change.ts'
import { UploadProgress } from '../../src/ui/upload-progress.ts'
import { artifact } from '../helpers/test-cluster.ts'

const change: Change = {
  kind: 'upload',
  sign: '+',
  title: 'send it',
  artifact: artifact('a', { size: 100e6 }),
  path: '/a',
  mode: '644',
}
const step = 'artifacts'

it('shows sent bytes, speed and time left for each host and for all together', () => {
  let now = 0
  const progress = new UploadProgress(() => now)
  const sent = (host: string, bytes: number) =>
    progress.on({ event: 'progress', host, step, sent: bytes, total: 100e6 })
  for (const host of ['h1', 'h2']) progress.on({ event: 'planned', host, step, changes: [change] })
  expect(progress.total()).toBeUndefined()
  // 50 MB arrived in an earlier run and do not count for the speed
  sent('h1', 50e6)
  sent('h2', 0)
  expect(progress.ofHost('h1')).toBe('50 MB of 100 MB')
  now = 2000
  sent('h1', 70e6)
  sent('h2', 20e6)
  expect(progress.ofHost('h1')).toBe('70 MB of 100 MB, 10 MB/s, 3.0 s left')
  expect(progress.total()).toBe('90 MB of 200 MB, 20 MB/s, 5.5 s left')
  progress.on({ event: 'change-end', host: 'h1', step, change, ms: 1 })
  expect(progress.ofHost('h1')).toBeUndefined()
  expect(progress.total()).toBe('120 MB of 200 MB, 20 MB/s, 4.0 s left')
  progress.on({ event: 'change-end', host: 'h2', step, change, ms: 1 })
  expect(progress.total()).toBeUndefined()
})

it('does not expect what a step has failed to send', () => {
  let now = 0
  const progress = new UploadProgress(() => now)
  for (const host of ['h1', 'h2']) progress.on({ event: 'planned', host, step, changes: [change, change] })
  progress.on({ event: 'progress', host: 'h1', step, sent: 0, total: 100e6 })
  now = 1000
  progress.on({ event: 'progress', host: 'h1', step, sent: 100e6, total: 100e6 })
  progress.on({ event: 'change-end', host: 'h1', step, change, ms: 1 })
  expect(progress.total()).toBe('100 MB of 400 MB, 100 MB/s, 3.0 s left')
  progress.on({ event: 'step', host: 'h1', step, outcome: 'failed', ms: 1 })
  expect(progress.total()).toBe('100 MB of 300 MB, 100 MB/s, 2.0 s left')
  progress.on({ event: 'step', host: 'h2', step, outcome: 'blocked', ms: 1 })
  expect(progress.total()).toBeUndefined()
})
