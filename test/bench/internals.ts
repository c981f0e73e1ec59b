// What the bench calls of the program beside its command line: an entry of its own in the bench's build.
// The same copy as the program's own, for what is measured in it.
export { default as ssh2 } from 'ssh2'
export { runVerb } from '../../src/commands/run-verb.ts'
export { readFleet } from '../../src/fleet/read-fleet.ts'
export { ping } from '../../src/recipes/ping.ts'
export * from './items.ts'
