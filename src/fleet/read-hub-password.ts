import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import { HUB_PASSWORD } from '../layout.ts'
import type { Secret } from '../secret.ts'
import { type Script, sh } from '../sh.ts'
import { passwordIn } from '../steps/hub-password.ts'
import { askRelease, printValues } from '../steps/release-password.ts'
import { connect } from '../transport/connect.ts'
import type { FleetInput } from './read-fleet.ts'

/** A file of ours is a tenth of it, bytes. */
const MOST = 4096

/** What is needed to ask the drivers. */
export type Driven = Pick<FleetInput, 'cluster' | 'targets' | 'shared'>

/**
 * The hub's password: by the release, as the first driver knows it that can ask; else the first that a driver has in its
 * file, which another driver may have changed since. Errors: NO_PASSWORD, and those of the login.
 */
export async function readHubPassword(fleet: Driven): Promise<Secret> {
  const { lead, drivers } = fleet.cluster
  let kept: Secret | undefined
  let away: ConvecthubError | undefined
  for (const driver of [lead, ...drivers.filter((each) => each !== lead)]) {
    try {
      const { deployed, file } = await readAt(driver, fleet)
      if (deployed) return deployed
      kept ??= file
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      away ??= error
    }
  }
  if (kept) return kept
  if (away) throw away
  throw new ConvecthubError('NO_PASSWORD', `there is no password in ${HUB_PASSWORD}`, {
    host: lead.name,
    hint: 'convecthub provision makes one',
  })
}

async function readAt({ name }: ClusterHost, { targets, shared }: Driven) {
  const target = targets.get(name)
  if (!target) throw new Error(`${name} has no target`)
  const connection = await connect(target, shared)
  const read = async (script: Script) =>
    passwordIn((await connection.run(script, { name: 'read the password', timeoutMs: 90_000 })).output)
  try {
    const deployed = await read(sh`${askRelease}
[ -z "$password" ] || { ${printValues}; }`)
    return { deployed, file: await read(sh`[ ! -f ${HUB_PASSWORD} ] || head -c ${MOST} ${HUB_PASSWORD}`) }
  } finally {
    connection.close()
  }
}
