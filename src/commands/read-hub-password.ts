import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import { sh } from '../sh.ts'
import { HUB_PASSWORD, passwordIn } from '../steps/hub-password.ts'
import { connect } from '../transport/connect.ts'
import type { FleetInput } from './read-fleet.ts'

/** A file of ours is a tenth of it, bytes. */
const MOST = 4096

/** What is needed to ask the drivers. */
export type Driven = Pick<FleetInput, 'cluster' | 'targets' | 'shared'>

/** The hub's password of the first driver that has it. Errors: NO_PASSWORD, and those of the login. */
export async function readHubPassword(fleet: Driven): Promise<Secret> {
  const { lead, drivers } = fleet.cluster
  let away: ConvecthubError | undefined
  for (const driver of [lead, ...drivers.filter((each) => each !== lead)]) {
    try {
      const password = await readAt(driver, fleet)
      if (password) return password
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      away ??= error
    }
  }
  if (away) throw away
  throw new ConvecthubError('NO_PASSWORD', 'differs', `there is no password in ${HUB_PASSWORD}`, {
    host: lead.name,
    hint: 'convecthub provision makes one',
  })
}

async function readAt({ name }: ClusterHost, { targets, shared }: Driven): Promise<Secret | undefined> {
  const target = targets.get(name)
  if (!target) throw new Error(`${name} has no target`)
  const connection = await connect(target, shared)
  try {
    const script = sh`[ ! -f ${HUB_PASSWORD} ] || head -c ${MOST} ${HUB_PASSWORD}`
    const { output } = await connection.run(script, { name: 'read the password', timeoutMs: 30_000 })
    return passwordIn(output)
  } finally {
    connection.close()
  }
}
