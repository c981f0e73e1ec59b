import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

// K3s writes it in front of its tokens, for whoever joins to know the cluster by (K3s docs, cli/token)
const family: FactFamily<string | undefined> = {
  id: 'ca-hash',
  script: () => rawSh("sed -n 's/^K10\\([0-9a-f]\\{64\\}\\)::.*/\\1/p' /var/lib/rancher/k3s/server/token"),
  parse: (output) => new Map([['', /^[0-9a-f]{64}$/.exec(output)?.[0]]]),
}

/** The hash of the cluster's certificate authority, as a server has it; undefined where it founded or joined none yet. */
export const caHash: Fact<string | undefined> = { family, key: '' }
