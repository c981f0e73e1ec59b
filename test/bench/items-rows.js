import { join } from 'node:path'
import { CHANGES } from '../../dist/internals.cjs'
import { alternate } from './alternate.js'
import { ansible, changedTasks, writePlaybook } from './ansible.js'
import { convecthub, RECIPE, script } from './ours.js'

/** Runs the fourteen items on hosts where they need no change. */
export async function converged(bench) {
  const { run, clear, inventory } = contenders(bench)
  clear()
  // convecthub and Ansible write the same files, so neither has anything to change afterwards
  await run.ours(CHANGES * inventory.hosts.length)
  return alternate(bench, {
    ping: run.ping,
    ours: () => run.ours(0),
    mitogen: run.mitogen && (() => run.mitogen(0)),
    ansible: run.ansible && (() => run.ansible(0)),
  })
}

/** Runs the fourteen items on hosts that have none of them. */
export function first(bench) {
  const { run, clear, inventory } = contenders(bench)
  const fresh = (act) =>
    act &&
    (() => {
      clear()
      return act(CHANGES * inventory.hosts.length)
    })
  return alternate(bench, {
    ping: run.ping,
    ours: fresh(run.ours),
    mitogen: fresh(run.mitogen),
    ansible: fresh(run.ansible),
  })
}

function contenders(bench) {
  const inventory = bench.inventory('items', bench.sizes.hosts)
  const folder = `${bench.files}/items`
  const playbook = join(bench.folder, 'items.yml')
  writePlaybook(playbook, folder)
  const play = (mitogen) => async (changes) => {
    const run = await ansible(bench, inventory, 'ansible-playbook', [playbook], { mitogen })
    // Ansible counts a loop as one task
    return must(run, changedTasks(run), changes === 0 ? 0 : 3 * inventory.hosts.length)
  }
  const { rivals } = bench
  return {
    inventory,
    clear: () => bench.clear(inventory.hosts.length),
    run: {
      ping: () => convecthub(bench, 'ping', '-i', inventory.ini),
      ours: async (changes) => {
        const run = await script(bench, RECIPE, inventory.ini, 'items', folder)
        return must(run, run.changes, changes)
      },
      ansible: rivals.ansible && play(false),
      mitogen: rivals.mitogen && play(true),
    },
  }
}

function must(run, changes, wanted) {
  if (changes !== wanted)
    throw new Error(`${changes} changes instead of ${wanted}\n${run.stdout.slice(-2000)}`)
  return run
}
