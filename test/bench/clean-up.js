// Runs clean-up functions when a benchmark ends, fails or is stopped, in reverse order.

/** @type {(() => void)[]} */
const acts = []

/** @param {() => void} act */
export function atEnd(act) {
  acts.push(act)
}

export function cleanUp() {
  for (let act = acts.pop(); act; act = acts.pop()) {
    try {
      act()
    } catch (error) {
      process.stderr.write(`could not clean up: ${error.message}\n`)
    }
  }
}

process.on('exit', cleanUp)
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
])
  process.on(signal, () => process.exit(code))
