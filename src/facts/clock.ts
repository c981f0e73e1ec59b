import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** The host's time, seconds since 1970; undefined when unknown. Not part of `system`, because it starts a program. */
export const clock = singleFact<number | undefined>('clock', rawSh('date +%s'), (output) =>
  /^\d{1,11}$/.test(output) ? Number(output) : undefined,
)
