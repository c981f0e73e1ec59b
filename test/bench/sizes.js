/**
 * How much is measured; `names` are hosts of an inventory that share `ports`.
 * @typedef {{ hosts: number, ports: number, names: number, megabytes: number, copies: number }} Sizes
 */

/** @type {Sizes} */
export const FULL = { hosts: 50, ports: 100, names: 500, megabytes: 500, copies: 10 }

/** To see whether all of it works; what comes out says little. @type {Sizes} */
export const QUICK = { hosts: 8, ports: 10, names: 50, megabytes: 50, copies: 3 }
