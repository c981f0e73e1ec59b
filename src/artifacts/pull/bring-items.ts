import { ConvecthubError, ConvecthubErrors } from '../../errors.ts'
import type { Artifact } from '../bundle-lock.ts'
import { statusOf } from '../sources/exchange-faults.ts'
import { type Looked, lookAtItem } from './look-at-item.ts'
import type { PullItem } from './pull-items.ts'
import type { PullWork } from './pull-work.ts'

/** Brings items into the bundle, each once. */
export interface BringItems {
  /** Looks at all of them. Errors: those of lookAtItem, all at once. */
  look(items: readonly PullItem[]): Promise<void>
  bring(item: PullItem): Promise<Artifact>
  /** Waits until nothing is under way any more. */
  settled(): Promise<void>
}

/** `signal` ends what is not under way yet; what is under way, `work.http` ends. */
export function bringItems(work: PullWork, signal: AbortSignal): BringItems {
  const looks = new Map<string, Promise<Looked>>()
  const sources = new Map<string, PullItem>()
  const brought = new Map<string, Promise<Artifact>>()

  const once = <T>(map: Map<string, Promise<T>>, { name }: PullItem, begin: () => Promise<T>): Promise<T> => {
    const promise = map.get(name) ?? begin()
    map.set(name, promise)
    return promise
  }

  const source = (name: string) => {
    const item = sources.get(name)
    if (!item) throw new Error(`${name} is not an item`)
    return bring(item)
  }

  const lookAt = (item: PullItem) =>
    once(looks, item, () =>
      lookAtItem(item, work, source).catch((error) => {
        throw withLine(error, item)
      }),
    )

  const bring = (item: PullItem): Promise<Artifact> => {
    if (item.kind === 'source') sources.set(item.name, item)
    return once(brought, item, async () => {
      const looked = await lookAt(item)
      const { name } = item
      if ('artifact' in looked) {
        work.emit({ event: 'done', name })
        return looked.artifact
      }
      return work.inTurn(async () => {
        signal.throwIfAborted()
        const since = performance.now()
        work.emit({ event: 'fetch', name, from: item.from })
        const artifact = await looked.fetch().catch((error) => {
          throw withLine(error, item)
        })
        const { size, sha256 } = artifact
        work.emit({ event: 'fetched', name, size, sha256, ms: Math.round(performance.now() - since) })
        return artifact
      })
    })
  }

  return {
    bring,
    async settled() {
      await Promise.allSettled([...looks.values(), ...brought.values()])
    },
    async look(items) {
      // lists of checksums are what others are looked at by
      const first = items.filter(({ kind }) => kind === 'source').map(bring)
      const others = items.filter(({ kind }) => kind !== 'source').map(lookAt)
      const settled = await Promise.allSettled([...first, ...others])
      const found = new Set(settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])))
      const [error, ...more] = withoutRepetition([...found])
      if (error === undefined) return
      const all = [error, ...more]
      throw more.length > 0 && all.every((each) => each instanceof ConvecthubError)
        ? new ConvecthubErrors(all)
        : error
    },
  }
}

/** Where a server has no such file, the line of bundle.yaml may be wrong. */
function withLine(error: unknown, { line }: PullItem): unknown {
  const isMissing = [404, 410].includes(statusOf(error) ?? 0)
  if (!(isMissing && line !== undefined && error instanceof ConvecthubError)) return error
  const hint = `correct \`${line}\` in bundle.yaml, or the mirror: there is no such file`
  // what other items depend on has it already
  if (error.details.hint === hint) return error
  return new ConvecthubError(error.code, error.message, { ...error.details, hint })
}

/** Errors of which each cause is told once: of those that differ only in the path of the address, the first. */
function withoutRepetition(errors: readonly unknown[]): unknown[] {
  const same = new Map<string, [unknown, ...unknown[]]>()
  for (const error of errors) {
    const { code, message, details }: { code?: string; message?: string; details?: { hint?: string } } =
      Object(error)
    const key = JSON.stringify([code, message?.replace(/(https?:\/\/[^/\s]+)\S*/, '$1'), details?.hint])
    same.set(key, [...(same.get(key) ?? []), error] as [unknown])
  }
  return [...same.values()].map(([first, ...more]) =>
    more.length > 0 && first instanceof ConvecthubError
      ? new ConvecthubError(
          first.code,
          `${first.message} (the same for ${more.length} more ${more.length === 1 ? 'file' : 'files'})`,
          first.details,
        )
      : first,
  )
}
