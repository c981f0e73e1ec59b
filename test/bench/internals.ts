// The parts of convecthub that the benchmark calls directly, as a separate entry point of its build.
// The program's own copy of ssh2, so that the benchmark can patch it.
export { default as ssh2 } from 'ssh2'
export { runVerb } from '../../src/commands/run-verb.ts'
export { readFleet } from '../../src/fleet/read-fleet.ts'
export { ping } from '../../src/recipes/ping.ts'
export { warn } from '../../src/ui/warn.ts'
export * from './items.ts'
