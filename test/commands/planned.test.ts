import { expect, it } from 'vitest'
import { Planned } from '../../src/commands/planned.ts'
import { ConvecthubError } from '../../src/errors.ts'
import type { Connection } from '../../src/transport/connection.ts'
import { CHANGES } from '../helpers/event-samples.ts'

it('goes on when a host breaks off while its files are read', async () => {
  const planned = new Planned(true)
  const [change] = CHANGES
  if (change?.kind !== 'file') throw new Error('no sample of a file')
  planned.on({ event: 'planned', host: 'w1', step: 'ports', changes: [{ ...change, sign: '~' }] })
  const run = () => Promise.reject(new ConvecthubError('LOST', 'connection lost'))
  await planned.read(new Map([['w1', { run } as unknown as Connection]]))
  expect(planned.lines(false)).toContain('           (its text could not be read)')
})
