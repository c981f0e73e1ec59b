import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<number | undefined> = {
  id: 'clock',
  script: () => rawSh('date +%s'),
  parse: (output) => new Map([['', /^\d{1,11}$/.test(output) ? Number(output) : undefined]]),
}

/** The host's time, seconds since 1970; undefined when unknown. Not part of `system`, because it starts a program. */
export const clock: Fact<number | undefined> = { family, key: '' }
