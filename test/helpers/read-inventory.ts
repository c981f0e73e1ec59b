import { buildCluster } from '../../src/cluster/build-cluster.ts'
import type { Cluster } from '../../src/cluster/cluster.ts'
import { ConvecthubError, ConvecthubErrors, formatOrigin } from '../../src/errors.ts'
import { loadInventory } from '../../src/inventory/load-inventory.ts'
import { connectionSettings } from '../../src/inventory/vars/connection-settings.ts'
import { memoryFiles } from '../inventory/memory-files.ts'

/** Reads a cluster from the text of an inventory. */
export function readCluster(text: string, extraVars: readonly string[] = [], source = 'inv.toml'): Cluster {
  const files = memoryFiles({ [`/w/${source}`]: text })
  const inventory = loadInventory({ sources: [source], extraVars, cwd: '/w', files })
  const addresses = new Map(
    [...inventory.hosts.values()].map((host) => {
      const { address, port = 22 } = connectionSettings(host)
      return [host.name, { address, port }]
    }),
  )
  return buildCluster(inventory, addresses)
}

/** The errors of an inventory, each as "file:line CODE message". */
export function problemsOf(text: string, source?: string): string[] {
  try {
    readCluster(text, [], source)
    return []
  } catch (error) {
    const errors = error instanceof ConvecthubErrors ? error.errors : [error]
    return errors.map((each) => {
      if (!(each instanceof ConvecthubError)) throw each
      const { origin } = each.details
      return `${origin ? `${formatOrigin({ file: origin.file, line: origin.line ?? 0 })} ` : ''}${each.code} ${each.message}`
    })
  }
}
