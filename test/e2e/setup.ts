import { setup as build } from '../../scripts/setup.js'

/** Builds the program before the tests, which run the built one. */
export function setup(): void {
  build()
}
