/** The seed of this run. CVH_SEED=N repeats a failed run. */
export const seed = Number(process.env.CVH_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** A generator of numbers from 0 to 1 that are the same for the same seed. */
export function random(): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
