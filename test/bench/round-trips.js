// node round-trips.js INVENTORY ping|plan|file FOLDER: runs the work on one host and prints times in ms as JSON:
// `session` from the started shell to the answer (for a file: from the plan to its verification), `shell` from the
// started shell to the end, `total` from the TCP connect to the end.

import { items, ping, readFleet, runVerb, smallFile, ssh2, warn } from '../../dist/internals.cjs'

const [inventory, what, folder] = process.argv.slice(2)
const RECIPES = { ping: () => ping, plan: () => items(folder), file: () => smallFile(folder) }

/** The time of the first occurrence of each event, in ms. @type {Record<string, number>} */
const times = {}
const note = (name) => {
  times[name] ??= performance.now()
}

const { connect, exec } = ssh2.Client.prototype
ssh2.Client.prototype.connect = function (...args) {
  note('dial')
  return connect.apply(this, args)
}
ssh2.Client.prototype.exec = function (command, ...args) {
  const then = args.pop()
  return exec.call(this, command, ...args, (...answer) => {
    note('shell')
    then(...answer)
  })
}

const options = { inventory: [inventory], output: 'plain', color: false }
const fleet = await readFleet(options, warn)
const { report } = await runVerb('bench', RECIPES[what](), fleet, options, {
  source: undefined,
  apply: what === 'file',
  onEvent: ({ event }) => note(event),
})
const end = times[what === 'ping' ? 'connected' : what === 'plan' ? 'planned' : 'step']
const start = what === 'file' ? times.planned : times.shell
process.stdout.write(
  `\n${JSON.stringify({ session: end - start, shell: end - times.shell, total: end - times.dial })}\n`,
)
if (!report.ok) process.exitCode = 1
