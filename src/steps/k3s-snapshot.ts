import type { Step } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import { file } from '../facts/file.ts'
import { system } from '../facts/system.ts'
import { K3S, SNAPSHOT_NOTE } from '../layout.ts'
import { sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { artifacts, bundledK3s } from './artifacts.ts'
import { managedFile } from './managed-file.ts'

/**
 * Takes an etcd snapshot before an upgrade of K3s, which cannot be undone. The snapshot goes to K3s's own folder
 * (server/db/snapshots), but K3s's retention does not delete it (K3s docs, cli/etcd-snapshot). For sqlite see
 * putStaged.
 */
export const k3sSnapshot: Step = {
  id: 'k3s-snapshot',
  title: 'Save what etcd holds',
  hosts: ({ cluster, upgrade }) => (upgrade ? [cluster.lead] : []),
  // every driver must have the new K3s staged by then; a worker that is down may stay older for a while
  needs: (_host, { cluster }) => cluster.drivers.map((host) => on(artifacts, host)),
  after: (_host, { cluster }) => cluster.workers.map((host) => on(artifacts, host)),
  sees: () => [],
  facts: () => [system, clusterData, file(SNAPSHOT_NOTE)],
  plan: (context) => {
    const { version, datastore } = context.facts.get(clusterData)
    const wanted = bundledK3s(context)?.version
    if (datastore !== 'etcd' || version === wanted) return []
    // a repeated run on the same day needs no second snapshot
    const day = new Date(context.facts.at).toISOString().slice(0, 10).replaceAll('-', '')
    const name = `convecthub-${day}-${version}-before-${wanted}`.replaceAll('+', '-')
    const note = managedFile({ path: SNAPSHOT_NOTE, content: `${name}\n`, mode: '600' }, context.facts)
    if (note.length === 0) return []
    return [
      {
        kind: 'run',
        sign: '+',
        title: `take the snapshot ${name}`,
        timeoutMs: 300_000,
        script: sh`timeout 280 ${K3S} etcd-snapshot save --name ${name}`,
      },
      ...note,
    ]
  },
}
