import { alternate } from './alternate.js'
import { delayProxy } from './delay-proxy.js'
import { RECIPE, script } from './ours.js'
import { bareSsh2 } from './ping-rows.js'

/** One-way delay in ms; a round trip takes twice as long. */
const DELAY = 50

/** Counts round trips by the time that a network delay adds, which excludes the time for computing. */
export async function roundTrips(bench) {
  const [host] = bench.hosts
  const through = async (name, ms) =>
    bench.write(name, [{ ...host, address: '127.0.0.1', port: await delayProxy(host.port, ms) }])
  const [near, far] = [await through('near', 0), await through('far', DELAY)]
  const folder = `${bench.files}/items`
  const ours = (inventory, what) => () => script(bench, 'round-trips.js', inventory.ini, what, folder)
  const fresh = (act) => () => {
    bench.clear(1)
    return act()
  }
  const both = (make) => ({ near: make(near), far: make(far) })

  const works = {
    ping: both((inventory) => ours(inventory, 'ping')),
    file: both((inventory) => fresh(ours(inventory, 'file'))),
    plan: both((inventory) => ours(inventory, 'plan')),
    ssh2: both((inventory) => () => bareSsh2(bench, inventory, 'true')),
  }
  const results = {}
  for (const [name, contenders] of Object.entries(works)) {
    // plan is measured on a host that needs no changes
    if (name === 'plan') await script(bench, RECIPE, near.ini, 'items', folder)
    const times = await alternate(bench, contenders)
    const trips = (field) => (times.far[field] - times.near[field]) / (2 * DELAY)
    results[name] =
      name === 'ssh2'
        ? { total: trips('ms') }
        : { session: trips('session'), shell: trips('shell'), total: trips('total') }
  }
  bench.clear(1)
  return results
}
