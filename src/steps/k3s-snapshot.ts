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
 * What is in etcd is saved before K3s is replaced by a newer one, which cannot be undone. It lies where K3s keeps its own
 * (server/db/snapshots), and is no concern of its retention (K3s docs, cli/etcd-snapshot). For sqlite see putStaged.
 */
export const k3sSnapshot: Step = {
  id: 'k3s-snapshot',
  title: 'Save what etcd holds',
  hosts: ({ cluster, upgrade }) => (upgrade ? [cluster.lead] : []),
  // by then all machines have the new K3s beside the old one; a worker that is down may be older for a while
  needs: (_host, { cluster }) => cluster.drivers.map((host) => on(artifacts, host)),
  after: (_host, { cluster }) => cluster.workers.map((host) => on(artifacts, host)),
  sees: () => [],
  facts: () => [system, clusterData, file(SNAPSHOT_NOTE)],
  plan: (context) => {
    const { version, datastore } = context.facts.get(clusterData)
    const wanted = bundledK3s(context)?.version
    if (datastore !== 'etcd' || version === wanted) return []
    // a day's one will do for a run that is called again, an older one not
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
