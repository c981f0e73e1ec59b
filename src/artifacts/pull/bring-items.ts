import { ConvecthubError, ConvecthubErrors } from '../../errors.ts'
import type { Artifact } from '../bundle-lock.ts'
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

  const lookAt = (item: PullItem) => once(looks, item, () => lookAtItem(item, work, source))

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
        const artifact = await looked.fetch()
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
      const [error, ...more] = new Set(
        settled.flatMap((each) => (each.status === 'rejected' ? [each.reason] : [])),
      )
      if (error === undefined) return
      const all = [error, ...more]
      throw more.length > 0 && all.every((each) => each instanceof ConvecthubError)
        ? new ConvecthubErrors(all)
        : error
    },
  }
}
