import { afterEach, expect, it, vi } from 'vitest'
import { type Progress, withProgress } from '../../src/commands/with-progress.ts'

let told = ''
const write = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
  told += text
  return true
})
afterEach(() => {
  told = ''
  write.mockClear()
})

const ENDS = {
  stopped: (files: string | undefined) => `Stopped; ${files} fetched.`,
  hint: 'again',
  failed: (files: string) => `${files} are kept`,
}
const begin = ({ emit }: Progress) => {
  emit({ event: 'wanted', count: 3, all: true })
  emit({ event: 'done', name: 'a' })
}

it('ends the work on Ctrl-C, in its own words, whatever error the work ends with', async () => {
  const work = withProgress({ output: 'json' }, ENDS, async (progress) => {
    begin(progress)
    process.emit('SIGINT', 'SIGINT')
    expect(progress.signal.aborted).toBe(true)
    throw new Error('it does not matter')
  })
  await expect(work).rejects.toMatchObject({
    ...{ code: 'INTERRUPTED', exit: 'interrupted', message: 'Stopped; 1 of 3 files fetched.' },
    details: { hint: 'again' },
  })
  expect(told).toBe('Stopping… press Ctrl-C again to stop immediately.\n')
})

it.each([
  { output: 'plain', line: '1 of 3 files are kept\n' },
  { output: 'json', line: '' },
] as const)('says above an error what is kept ($output)', async ({ output, line }) => {
  const work = withProgress({ output }, ENDS, async (progress) => {
    begin(progress)
    throw new Error('broken')
  })
  await expect(work).rejects.toThrow('broken')
  expect(told).toBe(line)
})

it('listens to Ctrl-C no longer than the work lasts', async () => {
  const before = process.listenerCount('SIGINT')
  const during = await withProgress({ output: 'json' }, ENDS, async () => process.listenerCount('SIGINT'))
  expect([during, process.listenerCount('SIGINT')]).toEqual([before + 1, before])
})
