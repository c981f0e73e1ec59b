import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<number | undefined> = {
  id: 'clock',
  script: () => rawSh('date +%s'),
  parse: (output) => new Map([['', /^\d{1,11}$/.test(output) ? Number(output) : undefined]]),
}

/** What time it is there, seconds since 1970; undefined where nothing tells. Apart from `system`, for it costs a program. */
export const clock: Fact<number | undefined> = { family, key: '' }
