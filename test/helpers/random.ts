/** Repeats what went wrong: CVH_SEED=N. */
export const seed = Number(process.env.CVH_SEED ?? Math.floor(Math.random() * 2 ** 31))

/** Numbers from 0 to 1 that the seed gives again. */
export function random(): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
