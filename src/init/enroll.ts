import pLimit from 'p-limit'
import { ConvecthubError } from '../errors.ts'
import { isInterrupt } from '../fleet/ask-secrets.ts'
import { MAX_FORKS } from '../fleet/common-options.ts'
import { keepHostKey } from '../transport/host-key-error.ts'
import { fingerprint, keyType } from '../transport/known-hosts.ts'
import { type ScannedKey, scanHostKey } from '../transport/scan-host-key.ts'
import type { Shared } from '../transport/shared.ts'
import type { Target } from '../transport/target.ts'
import { ask, stopped } from '../ui/ask.ts'
import { printLines } from '../ui/print-lines.ts'
import { columns, count, style } from '../ui/style.ts'

interface NewKey {
  target: Target
  key: Buffer
}

/**
 * Shows all unknown host keys in one table and adds them to known_hosts after one confirmation; jump hosts come first.
 * Hosts that are unreachable or whose key changed are skipped: the login reports them. Without `asks` an unknown key is
 * an error. Errors: NOT_CONFIRMED, NO_ANSWER, INTERRUPTED, HOST_KEY_UNKNOWN, KNOWN_HOSTS.
 */
export async function enroll(
  targets: readonly Target[],
  shared: Shared,
  { asks } = { asks: true },
): Promise<void> {
  const remote = targets.filter(({ connection }) => connection === 'ssh')
  for (const group of [remote.flatMap(({ jumps }) => jumps), remote]) {
    const found = await unknownKeys(group, shared)
    if (found.length > 0) await keepAll(found, shared, asks)
  }
}

async function unknownKeys(targets: readonly Target[], shared: Shared): Promise<NewKey[]> {
  const limit = pLimit(MAX_FORKS)
  const scanned = await Promise.all(
    [...byAddress(targets).values()].map((target) =>
      limit(async (): Promise<NewKey | undefined> => {
        const seen = await scanHostKey(target, shared).catch((error): ScannedKey | undefined => {
          if (isInterrupt(error)) throw stopped()
          if (error instanceof ConvecthubError) return undefined
          throw error
        })
        return seen?.verdict === 'unknown' ? { target, key: seen.key } : undefined
      }),
    ),
  )
  return scanned.filter((each) => each !== undefined)
}

/** How the keys that are shown can be told from an attacker's. */
const COMPARE = "compare them with the machines' own (cat /etc/ssh/ssh_host_*.pub | ssh-keygen -lf -)"

async function keepAll(found: readonly NewKey[], shared: Shared, asks: boolean): Promise<void> {
  const paint = style(process.stderr, true)
  const rows = columns(
    found.map(({ target: { host, address, port }, key }) => [
      asks ? paint.bold(host) : host,
      `${address}:${port}`,
      keyType(key),
      fingerprint(key),
    ]),
  )
  const keys = count(found.length, 'host key')
  if (!asks)
    throw new ConvecthubError(
      'HOST_KEY_UNKNOWN',
      `${keys} ${found.length === 1 ? 'is' : 'are'} not known here`,
      {
        evidence: rows.join('\n'),
        hint: `${COMPARE}, then call it again with --accept-new-host-keys`,
      },
    )
  const files = [...new Set(found.map(({ target }) => target.knownHostsFiles[0]))].join(', ')
  printLines([...rows, `${COMPARE[0]?.toUpperCase()}${COMPARE.slice(1)}.`], process.stderr)
  if (!(await agreed(`Add ${keys} to ${files}? yes / no: `)))
    throw new ConvecthubError('NOT_CONFIRMED', 'no key was added')
  for (const { target, key } of found) {
    const error = keepHostKey(target, key, shared.known(target))
    if (error) throw error
  }
  printLines([`${keys} kept in ${files}.`], process.stderr)
}

/** Asks until the answer is yes or no. There is no default, as with ssh. */
async function agreed(question: string): Promise<boolean> {
  for (;;) {
    const answer = (await ask(question, { instead: '--accept-new-host-keys' })).trim()
    if (/^y(es)?$/i.test(answer)) return true
    if (/^no?$/i.test(answer)) return false
    printLines(["Type 'yes' or 'no'."], process.stderr)
  }
}

/** Targets without duplicates: several names may refer to one machine. */
function byAddress(targets: readonly Target[]): Map<string, Target> {
  return new Map(targets.map((target) => [`${target.address} ${target.port} ${target.hostKeyAlias}`, target]))
}
