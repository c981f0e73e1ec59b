import { firstDriver } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { HUB_PASSWORD, passwordIn } from '../steps/hub-password.ts'
import { connect } from '../transport/connect.ts'
import type { FleetInput } from './read-fleet.ts'

/** A file of ours is a tenth of it, bytes. */
const MOST = 4096

/** What is needed to ask the first driver. */
export type Driven = Pick<FleetInput, 'cluster' | 'targets' | 'shared'>

/** The hub's password as the first driver keeps it. Errors: NO_PASSWORD, and those of the login. */
export async function readHubPassword({ cluster, targets, shared }: Driven): Promise<Secret> {
  const { name } = firstDriver(cluster)
  const target = targets.get(name)
  if (!target) throw new Error(`${name} has no target`)
  const connection = await connect(target, shared)
  try {
    const script = sh`[ ! -f ${HUB_PASSWORD} ] || head -c ${MOST} ${HUB_PASSWORD}`
    const { output } = await connection.run(script, { name: 'read the password', timeoutMs: 30_000 })
    const password = passwordIn(output)
    if (password) return password
  } finally {
    connection.close()
  }
  throw new ConvecthubError('NO_PASSWORD', 'differs', `there is no password in ${HUB_PASSWORD}`, {
    host: name,
    hint: 'convecthub provision makes one',
  })
}
