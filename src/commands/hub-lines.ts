import type { Cluster } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type Driven, readHubPassword } from '../fleet/read-hub-password.ts'
import { loginOptions } from './shared-options.ts'

/** What `provision` knows about the hub when it ends. */
export interface Hub {
  standIn: boolean
  /** The site's own JupyterHub values configure the login. */
  ownDoor: boolean
  /** Print the password: this run created it, and the output is for people. */
  showPassword: boolean
}

/** The URL of the hub. */
export function hubAddress({ lead, httpPort }: Pick<Cluster, 'lead' | 'httpPort'>): string {
  const host = lead.address.includes(':') ? `[${lead.address}]` : lead.address
  return `http://${host}${httpPort === 80 ? '' : `:${httpPort}`}/`
}

/** The URL of the hub and how to log in, as lines for people. Printed after a successful run. */
export async function hubLines(
  fleet: Driven,
  options: CommonOptions,
  { standIn, ownDoor, showPassword }: Hub,
): Promise<string[]> {
  const hub = `ConvectHub: ${hubAddress(fleet.cluster)}${standIn ? '  (stand-in)' : ''}`
  if (ownDoor) return [hub]
  const password = showPassword ? await shown(fleet) : undefined
  return [
    hub,
    ...(password === undefined ? [] : [`Password, the same for everyone: ${password}`]),
    toCopy(
      password === undefined ? 'To see the password' : 'To see it again',
      commandLine('hub password', loginOptions(options)),
    ),
  ]
}

/** Reads the password; undefined when that fails, because provisioning itself has already succeeded. */
async function shown(fleet: Driven): Promise<string | undefined> {
  try {
    return (await readHubPassword(fleet)).reveal()
  } catch (error) {
    if (error instanceof ConvecthubError) return undefined
    throw error
  }
}
