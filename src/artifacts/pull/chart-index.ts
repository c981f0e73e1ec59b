import { parse } from 'yaml'
import { z } from 'zod'
import { ConvecthubError } from '../../errors.ts'
import { shortened } from '../../printable.ts'
import type { BundleSpec } from '../bundle-spec.ts'

/** What counts of the index of a chart repository (Helm's documentation, "The Chart Repository Guide"). */
const indexSchema = z.object({
  entries: z.record(
    z.string(),
    z.array(
      z.object({
        version: z.string(),
        urls: z.array(z.string()).min(1),
        /** Some servers write `sha256:` before it. */
        digest: z.string().optional(),
      }),
    ),
  ),
})

/** How many other versions are named. */
const NAMED = 5

/**
 * Finds a chart in the text of the index.yaml at `from`. Error: BUNDLE_SOURCE for an index that cannot be read, without
 * the version or its digest, or with an address that leads out of the repository.
 */
export function chartInIndex(
  text: string,
  from: string,
  { name, version }: Pick<BundleSpec['chart'], 'name' | 'version'>,
): { url: string; sha256: string } {
  const wrong = (message: string, hint: string) =>
    new ConvecthubError('BUNDLE_SOURCE', `${from} ${message}`, { hint })
  const ask = 'check chart.repo in bundle.yaml, or ask who runs the repository'
  const index = indexSchema.safeParse(parsed(text)).data
  if (!index) throw wrong('is not the index of a chart repository', ask)
  const versions = index.entries[name]
  if (!versions) {
    const names = shortened(Object.keys(index.entries).toSorted().join(', '), 200)
    throw wrong(
      `has no chart ${name}`,
      names === '' ? ask : `it has: ${names}; correct chart.name in bundle.yaml`,
    )
  }
  const found = versions.find((each) => each.version === version)
  if (!found) {
    const newest = versions
      .map((each) => each.version)
      .toSorted(newestFirst)
      .slice(0, NAMED)
    throw wrong(
      `has no ${name} ${version}`,
      `its newest versions are ${newest.join(', ')}; correct chart.version in bundle.yaml`,
    )
  }
  const sha256 = found.digest?.replace(/^sha256:/, '').toLowerCase() ?? ''
  if (!/^[\da-f]{64}$/.test(sha256)) throw wrong(`has no sha256 of ${name} ${version}`, ask)
  const [address = ''] = found.urls
  const url = URL.canParse(address, from) ? new URL(address, from) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || /(^|\/)\.\.(\/|$)/.test(address))
    throw wrong(`names ${shortened(address)} for ${name} ${version}, which leads elsewhere`, ask)
  return { url: url.href, sha256 }
}

function parsed(text: string): unknown {
  try {
    return parse(text)
  } catch {
    return undefined
  }
}

/** Releases before pre-releases, each from new to old. */
function newestFirst(one: string, other: string): number {
  const before = (version: string) => Number(version.includes('-'))
  return before(one) - before(other) || other.localeCompare(one, 'en', { numeric: true })
}
