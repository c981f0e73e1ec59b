import { median } from './measure.js'

/** Runs longer than this are not repeated, s. */
const LONG = 10

/**
 * Measures in turn, so that whatever else the machine does falls on all alike: the medians by name. One that is
 * missing stays in the result as such.
 * @param {Readonly<Record<string, (() => Promise<object>) | undefined>>} contenders undefined for what is not installed
 * @param {number} rounds
 */
export async function alternate(contenders, rounds) {
  const runs = Object.fromEntries(Object.keys(contenders).map((name) => [name, []]))
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(contenders)) {
      if (run && !(runs[name][0]?.seconds > LONG)) runs[name].push(await run())
    }
  }
  return Object.fromEntries(Object.entries(runs).map(([name, all]) => [name, middle(all)]))
}

function middle(runs) {
  if (runs.length === 0) return { missing: 'not installed' }
  const numbers = Object.keys(runs[0]).filter((field) => typeof runs[0][field] === 'number')
  return Object.fromEntries(numbers.map((field) => [field, median(runs.map((run) => run[field]))]))
}
