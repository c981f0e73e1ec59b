import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Connection } from '../transport/connection.ts'
import type { UploadChange } from './change.ts'
import type { Emit } from './event.ts'
import { pathsOf } from './plan-delivery.ts'
import type { Relay } from './relay.ts'
import type { RunOptions } from './run-options.ts'
import { withLibrary } from './with-library.ts'

/** Deadline for opening or closing a door, ms. */
const DOOR_MS = 30_000

/** Puts the functions of templates/remote/relay.sh in front of a script, behind the library. */
export function withRelay(script: Script): Script {
  return withLibrary(joinSh([rawSh(template('remote/relay.sh')), script]))
}

/** Opens the door. Does not fail; learnDoor() reads what it prints. */
export function openDoor({ key, address }: Relay): Script {
  if (address === undefined) return rawSh(':')
  return sh`( set +e
cvh_door ${address} ${key.public} ) || :`
}

/** Learns from the output of openDoor() whether the host has opened its door. If not, an event says why. */
export function learnDoor({ delivery, address }: Relay, host: string, output: string, emit: Emit): void {
  const [, port, hostKey] = /^door (\d{1,5}) (ssh-ed25519 [\w+/=]{68})$/m.exec(output) ?? []
  const door = hostKey && address ? { host, address, port: Number(port), hostKey } : undefined
  delivery.opened(host, door)
  if (door) return
  const unknown = address
    ? 'it did not open a port for them'
    : 'its address on the private network is not known'
  const why = /^no door (.+)$/m.exec(output)?.[1] ?? unknown
  emit({ event: 'no-relay', host, why })
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
  { owner, signal, emit }: Pick<RunOptions, 'owner' | 'signal' | 'emit'>,
): Promise<void> {
  const { host } = connection
  const offers = files.map(({ sha256, path }) => sh`cvh_offer ${sha256} ${path}`)
  const script = withRelay(joinSh([openDoor(relay), ...offers]))
  const options = { name: 'open a door to others', timeoutMs: DOOR_MS, lock: owner, signal }
  const output = await connection.run(script, options).then(
    (result) => result.output,
    (error: Error) => `no door ${error.message}`,
  )
  if (signal.aborted) return
  learnDoor(relay, host, output, emit)
  for (const { sha256 } of files) relay.delivery.serves(host, sha256)
}

/** Closes the door of a host. Does not fail: a door closes itself soon after the run. */
export async function closeDoor(connection: Connection): Promise<void> {
  const script = withRelay(rawSh('cvh_close_door'))
  await connection.run(script, { name: 'close the door to others', timeoutMs: DOOR_MS }).catch(() => {})
}
