import { partialPath } from '../artifacts/partial-path.ts'
import { type Script, sh } from '../sh.ts'
import type { ApplyOptions } from './apply-options.ts'
import type { UploadChange } from './change.ts'
import type { Door, TurnEnd } from './delivery.ts'
import { interrupted } from './interrupted.ts'
import type { RelayKey } from './relay.ts'

/** A source that is slower than this is given up, bytes per second. See cvh_append in templates/remote/relay.sh. */
const SLOWEST = 800e3

/** What is left to do of an upload: `have` bytes are there, and `within` completes a script that brings the others. */
export interface Rest {
  have: number
  within(arrive: Script): Script
}

/**
 * Has the host fetch the rest of a file from another host, which may fail for any reason: then an event says why, and
 * what has arrived stays for the next try. Errors: INTERRUPTED and those of the connection.
 */
export async function fetchFile(
  { connection, host, step, owner, signal, emit }: ApplyOptions,
  change: UploadChange,
  { from, key, have, within }: Rest & { from: Door; key: RelayKey },
): Promise<TurnEnd> {
  const { size, sha256, name: file } = change.artifact
  const about = { event: 'relay', host, step, file, from: from.host } as const
  emit({ ...about, state: 'fetching' })
  const seconds = Math.ceil(30 + (size - have) / SLOWEST)
  const script = sh`cvh_fetch ${partialPath(change.path)} ${have} ${size} ${sha256} ${seconds} \
${from.address} ${from.port} ${from.hostKey} ${key.private} || exit`
  const { code, output } = await connection.run(within(script), {
    name: `${step}: ${change.title}`,
    // the host ends it in time, and hashes what it had before
    timeoutMs: 1000 * seconds + 60_000 + size / 1e5,
    signal,
    lock: owner,
    onLine: (line) => {
      const at = Number(PROGRESS.exec(line)?.[1])
      if (at <= size) emit({ event: 'progress', host, step, sent: at, total: size })
    },
  })
  if (signal.aborted) throw interrupted(host, step, change)
  if (code === 0) return 'arrived'
  const said = output.split('\n').filter((line) => !PROGRESS.test(line) && line.trim() !== '')
  const why = code === WRONG ? 'it sent something else' : (said.at(-1)?.slice(0, 200) ?? 'it stopped sending')
  emit({ ...about, state: 'failed', why })
  return code === WRONG ? 'wrong' : 'failed'
}

/** The exit code of cvh_receive for a wrong digest. */
const WRONG = 65

/** How a host tells how much of the file it has, bytes. */
const PROGRESS = /^at (\d{1,15})$/
