// npm run demo: sets up a ConvectHub on three disposable machines, from a fresh clone; --down removes the machines.
import { fileURLToPath } from 'node:url'
import { must, setup } from './setup.js'

const program = fileURLToPath(new URL('../bin/convecthub.cjs', import.meta.url))
const inventory = ['-i', 'lab/inv.toml']

/** Runs convecthub as a user would, showing the command. */
function convecthub(...args) {
  process.stderr.write(`\n$ convecthub ${args.join(' ')}\n`)
  must(process.execPath, [program, ...args])
}

setup()
if (process.argv.includes('--down')) {
  convecthub('lab', 'down')
} else {
  convecthub('lab', 'up', '--machines', '3', ...(process.getuid?.() === 0 ? ['--install-docker'] : []))
  convecthub('ping', ...inventory)
  convecthub('provision', ...inventory)
  convecthub('status', ...inventory)
  process.stdout.write(`
Three machines are a ConvectHub now (a stand-in: no real K3s or JupyterHub). Look around:
  node bin/convecthub.cjs plan -i lab/inv.toml     # nothing to change any more
  node bin/convecthub.cjs lab ssh driver1          # a shell on a machine
  node bin/convecthub.cjs reset -i lab/inv.toml    # uninstalls
Remove the machines: npm run demo -- --down
For machines of your own, see "From bare machines to a hub" in README.md.
`)
}
