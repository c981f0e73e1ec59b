/**
 * The size of the benchmark. `names` is the number of inventory hosts that share `ports`.
 * @typedef {{ hosts: number, ports: number, names: number, megabytes: number, copies: number,
 *   relayed: number, relayedMegabytes: number }} Sizes
 */

/** @type {Sizes} */
export const FULL = {
  ...{ hosts: 50, ports: 100, names: 500, megabytes: 500, copies: 10 },
  ...{ relayed: 8, relayedMegabytes: 300 },
}

/** Only to check that everything works; the results are not meaningful. @type {Sizes} */
export const QUICK = {
  ...{ hosts: 8, ports: 10, names: 50, megabytes: 50, copies: 3 },
  ...{ relayed: 3, relayedMegabytes: 30 },
}
