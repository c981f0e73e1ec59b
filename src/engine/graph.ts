import type { ClusterHost } from '../cluster/cluster.ts'
import type { ConvecthubError } from '../errors.ts'
import { refName, type StepRef } from '../step-ref.ts'
import type { Outcome } from './event.ts'
import type { Desired, Step } from './step.ts'

/** How a step ended on a host. */
export interface Ending {
  outcome: Outcome
  error?: ConvecthubError
  /** The step that it waited for in vain: `step on host`. */
  blockedBy?: string
}

/** What a step finds when all that it waited for has ended. */
export interface Waited {
  /** The first step that it needs and that did not go well. */
  blockedBy: string | undefined
  /** Whether any of them changed something. */
  changed: boolean
}

/** An ending to come. */
interface Deferred {
  promise: Promise<Ending>
  resolve(ending: Ending): void
}

/**
 * The steps of a run on its hosts, and how each ended. A step waits for those of other hosts only where its `needs` and
 * `after` say so.
 */
export class Graph {
  readonly #endings: ReadonlyMap<string, Deferred>
  readonly #hosts: ReadonlySet<string>
  readonly #desired: Desired

  constructor(nodes: readonly StepRef[], desired: Desired) {
    this.#endings = new Map(nodes.map((node) => [refName(node), deferred()]))
    this.#hosts = new Set(nodes.map(({ host }) => host))
    this.#desired = desired
  }

  /** Tells those who wait for a step how it ended. */
  settle(node: StepRef, ending: Ending): void {
    this.#deferred(node).resolve(ending)
  }

  /**
   * Waits until all that a step needs or comes after has ended. A host that is no part of the run is nothing to come
   * after; a step that is not in the recipe is a fault of ours and throws.
   */
  async wait(step: Step, host: ClusterHost): Promise<Waited> {
    const needs = step.needs?.(host, this.#desired) ?? []
    const after = (step.after?.(host, this.#desired) ?? []).filter((ref) => this.#hosts.has(ref.host))
    const endings = await Promise.all([...needs, ...after].map((ref) => this.#deferred(ref).promise))
    const lacking = needs.find((_need, i) => !wentWell(endings[i]))
    return {
      blockedBy: lacking && refName(lacking),
      changed: endings.some(({ outcome }) => outcome === 'changed'),
    }
  }

  #deferred(node: StepRef): Deferred {
    const found = this.#endings.get(refName(node))
    if (!found) throw new Error(`the recipe has no ${refName(node)}`)
    return found
  }
}

function wentWell(ending: Ending | undefined): boolean {
  return ending?.outcome === 'changed' || ending?.outcome === 'unchanged'
}

function deferred(): Deferred {
  let resolve: Deferred['resolve'] = () => {}
  const promise = new Promise<Ending>((done) => {
    resolve = done
  })
  return { promise, resolve }
}
