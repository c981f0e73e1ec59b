import type { RunView } from './run-view.ts'

/** How long a step takes, ms, by its id: as earlier runs saw it. */
export type StepTimes = ReadonlyMap<string, number>

/**
 * How long a run will still take, ms: the host with most to do decides. Undefined when the time of a step that is to be
 * done is not known. Waits for other hosts do not count.
 */
export function timeLeft(
  { left, active }: Pick<RunView, 'left' | 'active'>,
  times: StepTimes,
  now: number,
): number | undefined {
  let longest = 0
  for (const [host, steps] of left) {
    let ms = 0
    for (const step of steps) {
      const known = times.get(step)
      if (known === undefined) return undefined
      const activity = active.get(host)
      ms += activity?.step === step ? Math.max(0, known - (now - activity.since)) : known
    }
    longest = Math.max(longest, ms)
  }
  return longest
}

/** "about 3 min left", "about 20 s left"; undefined when the time is over or not known. */
export function leftText(ms: number | undefined): string | undefined {
  if (ms === undefined || ms === 0) return undefined
  if (ms > 90_000) return `about ${Math.round(ms / 60_000)} min left`
  return `about ${Math.ceil(ms / 10_000) * 10} s left`
}
