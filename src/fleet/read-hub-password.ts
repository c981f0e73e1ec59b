import type { ClusterHost } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import { HUB_PASSWORD } from '../layout.ts'
import type { Secret } from '../secret.ts'
import { type Script, sh } from '../sh.ts'
import { passwordIn } from '../steps/hub-password.ts'
import { askRelease, printValues } from '../steps/release-password.ts'
import { connect } from '../transport/connect.ts'
import type { FleetInput } from './read-fleet.ts'

/** Maximum bytes to read of the password file, ten times its usual size. */
const MAX_BYTES = 4096

/** What readHubPassword needs to ask the drivers. */
export type Driven = Pick<FleetInput, 'cluster' | 'targets' | 'shared'>

/**
 * Reads the hub's password from the deployed release, through the first driver that can. Without a release, takes the
 * password file of the first driver that has one, which may be outdated. Errors: NO_PASSWORD, and those of the login.
 */
export async function readHubPassword(fleet: Driven): Promise<Secret> {
  const { lead, drivers } = fleet.cluster
  let fromFile: Secret | undefined
  let firstError: ConvecthubError | undefined
  for (const driver of [lead, ...drivers.filter((each) => each !== lead)]) {
    try {
      const { deployed, file } = await readAt(driver, fleet)
      if (deployed) return deployed
      fromFile ??= file
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      firstError ??= error
    }
  }
  if (fromFile) return fromFile
  if (firstError) throw firstError
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
    return {
      deployed,
      file: await read(sh`[ ! -f ${HUB_PASSWORD} ] || head -c ${MAX_BYTES} ${HUB_PASSWORD}`),
    }
  } finally {
    connection.close()
  }
}
