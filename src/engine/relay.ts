import type { Secret } from '../secret.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Connection } from '../transport/connection.ts'
import type { UploadChange } from './change.ts'
import type { Delivery, Door } from './delivery.ts'
import { pathsOf } from './plan-delivery.ts'
import { withLibrary } from './with-library.ts'

/** A key of one run, with which hosts fetch files from each other. `public`: one line, as in authorized_keys. */
export interface RelayKey {
  private: Secret
  public: string
}

/** What one host needs to take part. */
export interface Relay {
  delivery: Delivery
  key: RelayKey
  /** Where the others reach this host; undefined when that is not known. */
  address: string | undefined
}

/** Deadline for opening or closing a door, ms. */
const DOOR_MS = 30_000

/** Puts the functions of templates/remote/relay.sh in front of a script, behind the library. */
export function withRelay(script: Script): Script {
  return withLibrary(joinSh([rawSh(template('remote/relay.sh')), script]))
}

/** Opens the door. Does not fail; doorOf() reads what it prints. */
export function openDoor({ key, address }: Relay): Script {
  if (address === undefined) return rawSh(':')
  return sh`( set +e
cvh_door ${address} ${key.public} ) || :`
}

/** The door that a host has opened, from the output of openDoor(); undefined when it could not. */
export function doorOf({ address }: Relay, host: string, output: string): Door | undefined {
  const [, port, hostKey] = /^door (\d{1,5}) (ssh-ed25519 [\w+/=]{68})$/m.exec(output) ?? []
  return hostKey && address ? { host, address, port: Number(port), hostKey } : undefined
}

/** Lets others read a file that is checked, if the door is open. */
export function offer(change: UploadChange): Script {
  return sh`cvh_offer ${change.artifact.sha256} ${pathsOf(change)}`
}

/** Opens the door of a host that has files already, and offers them. A host that cannot is no source. */
export async function openSource(
  connection: Connection,
  relay: Relay,
  files: readonly { sha256: string; path: string }[],
  owner: string,
): Promise<void> {
  const { host } = connection
  const offers = files.map(({ sha256, path }) => sh`cvh_offer ${sha256} ${path}`)
  const script = withRelay(joinSh([openDoor(relay), ...offers]))
  const opening = connection.run(script, { name: 'open a door to others', timeoutMs: DOOR_MS, lock: owner })
  const output = await opening.then(
    (result) => result.output,
    () => '',
  )
  relay.delivery.opened(host, doorOf(relay, host, output))
  for (const { sha256 } of files) relay.delivery.serves(host, sha256)
}

/** Closes the door of a host. Does not fail: a door closes itself soon after the run. */
export async function closeDoor(connection: Connection): Promise<void> {
  const script = withRelay(rawSh('cvh_close_door'))
  await connection.run(script, { name: 'close the door to others', timeoutMs: DOOR_MS }).catch(() => {})
}
