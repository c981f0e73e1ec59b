import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<number> = {
  id: 'clock',
  script: () => rawSh('date +%s'),
  parse: (output) => new Map([['', Number(output)]]),
}

/** What time it is there, seconds since 1970; 0 where nothing tells. Apart from `system`, for it costs a program. */
export const clock: Fact<number> = { family, key: '' }
