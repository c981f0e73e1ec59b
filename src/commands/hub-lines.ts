import type { Cluster } from '../cluster/cluster.ts'
import { ConvecthubError } from '../errors.ts'
import { commandLine, toCopy } from '../fleet/command-line.ts'
import type { CommonOptions } from '../fleet/common-options.ts'
import { type Driven, readHubPassword } from '../fleet/read-hub-password.ts'
import { loginOptions } from './shared-options.ts'

/** What provision says of the hub. */
export interface Hub {
  standIn: boolean
  /** The site's own values say how people log in. */
  ownDoor: boolean
  /** This run made the password, and people see what is told: it is shown, this once. */
  showPassword: boolean
}

/** Where people find the hub. */
export function hubAddress({ lead, httpPort }: Pick<Cluster, 'lead' | 'httpPort'>): string {
  const host = lead.address.includes(':') ? `[${lead.address}]` : lead.address
  return `http://${host}${httpPort === 80 ? '' : `:${httpPort}`}/`
}

/** Where the hub is, and how to log in: lines for people, behind a run that went well. */
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
    ...(password === undefined ? [] : [`The password of all who log in: ${password}`]),
    toCopy(
      password === undefined ? 'The password of all who log in' : 'To see it again',
      commandLine('hub password', loginOptions(options)),
    ),
  ]
}

/** A link that breaks now is no reason to say that the run went wrong. */
async function shown(fleet: Driven): Promise<string | undefined> {
  try {
    return (await readHubPassword(fleet)).reveal()
  } catch (error) {
    if (error instanceof ConvecthubError) return undefined
    throw error
  }
}
