import { setup as build } from '../../scripts/setup.js'

/** What is tested end to end is the built program, so it has to be today's. */
export function setup(): void {
  build()
}
