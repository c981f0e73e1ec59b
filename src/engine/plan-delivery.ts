import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import type { Change, UploadChange } from './change.ts'

/** Smaller files come from this computer: to serve them costs more than to send them, bytes. */
export const SMALLEST_RELAYED = 4 * 1024 * 1024

/** How many hosts that have a file already serve it; they are soon more. */
const SOURCES = 3

/** A file that hosts get from each other. */
export interface RelayedFile {
  artifact: Artifact
  /** The hosts that want it. */
  to: readonly string[]
  /** The hosts that have it already and serve it. When there are none, this computer sends it once. */
  from: readonly { host: string; path: string }[]
}

/** What a step changes on a host. */
export interface HostPlan {
  host: string
  changes: readonly Change[]
}

/** What a run delivers. */
export interface DeliveryPlan {
  /** Only what hosts get from each other. */
  files: readonly RelayedFile[]
  /** Bytes that this computer sends, and bytes that hosts send each other. */
  here: number
  between: number
}

/** Plans which files of the planned changes go from host to host. `facts`: those of the hosts that may serve. */
export function planDelivery(planned: readonly HostPlan[], facts: ReadonlyMap<string, Facts>): DeliveryPlan {
  const uploads = planned.flatMap(({ host, changes }) =>
    changes.flatMap((change) => (change.kind === 'upload' ? [{ host, change }] : [])),
  )
  const digests = new Set(uploads.map(({ change }) => change.artifact.sha256))
  const files = [...digests].flatMap((digest) =>
    relayed(
      uploads.filter(({ change }) => change.artifact.sha256 === digest),
      facts,
    ),
  )
  const between = files.reduce((sum, { artifact, to, from }) => {
    return sum + artifact.size * (from.length > 0 ? to.length : to.length - 1)
  }, 0)
  const all = uploads.reduce((sum, { change }) => sum + change.artifact.size, 0)
  return { files, here: all - between, between }
}

function relayed(
  uploads: readonly { host: string; change: UploadChange }[],
  facts: ReadonlyMap<string, Facts>,
): RelayedFile[] {
  const [first] = uploads
  if (!first || first.change.artifact.size < SMALLEST_RELAYED) return []
  const { artifact } = first.change
  const to = [...new Set(uploads.map(({ host }) => host))]
  const paths = [...new Set(uploads.flatMap(({ change }) => pathsOf(change)))]
  const from = [...facts]
    .flatMap(([host, known]) => {
      const path = paths.find((each) => has(known, each, artifact))
      return path !== undefined && !to.includes(host) ? [{ host, path }] : []
    })
    .slice(0, SOURCES)
  return to.length + from.length > 1 ? [{ artifact, to, from }] : []
}

/** Where an uploaded file is, now or after a later change. */
export function pathsOf({ path, laterPath }: UploadChange): string[] {
  return laterPath === undefined ? [path] : [path, laterPath]
}

function has(facts: Facts, path: string, { sha256 }: Artifact): boolean {
  const fact = file(path)
  return facts.has(fact) && facts.get(fact)?.digest === sha256
}
