import pLimit from 'p-limit'
import { ConvecthubError } from '../errors.ts'
import { MAX_FORKS } from '../fleet/common-options.ts'
import { keepHostKey } from '../transport/host-key-error.ts'
import { fingerprint, keyType } from '../transport/known-hosts.ts'
import { type ScannedKey, scanHostKey } from '../transport/scan-host-key.ts'
import type { Shared } from '../transport/shared.ts'
import type { Target } from '../transport/target.ts'
import { ask } from '../ui/ask.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, count, style } from '../ui/style.ts'

interface NewKey {
  target: Target
  key: Buffer
}

/**
 * Shows all unknown host keys in one table and adds them to known_hosts after one confirmation; jump hosts come first.
 * Hosts that are unreachable or whose key changed are skipped: the login reports them. Errors: NOT_CONFIRMED,
 * KNOWN_HOSTS.
 */
export async function enroll(targets: readonly Target[], shared: Shared): Promise<void> {
  const remote = targets.filter(({ connection }) => connection === 'ssh')
  await enrollAll(
    remote.flatMap(({ jumps }) => jumps),
    shared,
  )
  await enrollAll(remote, shared)
}

async function enrollAll(targets: readonly Target[], shared: Shared): Promise<void> {
  const limit = pLimit(MAX_FORKS)
  const scanned = await Promise.all(
    [...byAddress(targets).values()].map((target) =>
      limit(async (): Promise<NewKey | undefined> => {
        const seen = await scanHostKey(target, shared).catch((error): ScannedKey | undefined => {
          if (error instanceof ConvecthubError) return undefined
          throw error
        })
        return seen?.verdict === 'unknown' ? { target, key: seen.key } : undefined
      }),
    ),
  )
  const found = scanned.filter((each) => each !== undefined)
  if (found.length === 0) return
  const paint = style(process.stderr, true)
  const rows = found.map(({ target: { host, address, port }, key }) => [
    paint.bold(host),
    `${address}:${port}`,
    keyType(key),
    fingerprint(key),
  ])
  printLines(columns(rows), process.stderr)
  const files = [...new Set(found.map(({ target }) => target.knownHostsFiles[0]))].join(', ')
  const question = `Compare them with the machines' own (ssh-keygen -lf /etc/ssh/ssh_host_*.pub).\nAdd ${count(found.length, 'key')} to ${files}? (yes/no) `
  if (!/^y(es)?$/i.test((await ask(question)).trim()))
    throw new ConvecthubError('NOT_CONFIRMED', 'no key was added')
  for (const { target, key } of found) {
    const error = keepHostKey(target, key, shared.known(target))
    if (error) throw error
  }
}

/** Targets without duplicates: several names may refer to one machine. */
function byAddress(targets: readonly Target[]): Map<string, Target> {
  return new Map(targets.map((target) => [`${target.address} ${target.port} ${target.hostKeyAlias}`, target]))
}
