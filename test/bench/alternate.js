import { median } from './measure.js'

/** Runs longer than these, in seconds, are repeated less often, because they have less noise. */
const MIDDLING = 3
const LONG = 10

/**
 * Measures the contenders in turn, so that other load on the machine affects all alike. Before each run, waits until
 * the hosts are idle. Returns medians by name. A rival that is missing or fails is marked so; a failure of `ours` or
 * `ping` is thrown.
 * @param {{ quiet: () => Promise<void>, rounds: number }} bench
 * @param {Readonly<Record<string, (() => Promise<object>) | undefined>>} contenders undefined if not installed
 * @param {number} [rounds] for short runs
 */
export async function alternate(bench, contenders, rounds = bench.rounds) {
  const names = Object.keys(contenders)
  const runs = Object.fromEntries(names.map((name) => [name, []]))
  const missing = Object.fromEntries(names.map((name) => [name, contenders[name] ? '' : 'not installed']))
  for (let round = 0; round < rounds; round += 1) {
    for (const name of names) {
      if (missing[name] || round >= roundsOf(runs[name][0], rounds)) continue
      await bench.quiet()
      try {
        runs[name].push(await contenders[name]())
      } catch (error) {
        if (name === 'ours' || name === 'ping') throw error
        process.stderr.write(`${name}: ${error.message}\n`)
        missing[name] = 'failed'
      }
    }
  }
  return Object.fromEntries(
    names.map((name) => [name, missing[name] ? { missing: missing[name] } : middle(runs[name])]),
  )
}

function roundsOf(firstRun, rounds) {
  const seconds = firstRun?.seconds ?? 0
  return seconds > LONG ? 1 : seconds > MIDDLING ? Math.min(3, rounds) : rounds
}

function middle(runs) {
  const numbers = Object.keys(runs[0]).filter((field) => typeof runs[0][field] === 'number')
  return Object.fromEntries(numbers.map((field) => [field, median(runs.map((run) => run[field]))]))
}
