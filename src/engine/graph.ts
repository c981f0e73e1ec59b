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
  readonly #steps: ReadonlySet<string>
  readonly #desired: Desired

  constructor(nodes: readonly StepRef[], desired: Desired) {
    this.#endings = new Map(nodes.map((node) => [refName(node), deferred()]))
    this.#steps = new Set(nodes.map(({ step }) => step))
    this.#desired = desired
  }

  /** Tells those who wait for a step how it ended. */
  settle(node: StepRef, ending: Ending): void {
    this.#deferred(node).resolve(ending)
  }

  /**
   * Waits until all that a step needs or comes after has ended. `after` does not mind a host that is not part of the
   * run, or where the step is not done. A step that is not in the recipe is a bug, and throws.
   */
  async wait(step: Step, host: ClusterHost): Promise<Waited> {
    const needs = step.needs?.(host, this.#desired) ?? []
    const after = (step.after?.(host, this.#desired) ?? []).filter((ref) => this.#has(ref))
    const endings = await Promise.all([...needs, ...after].map((ref) => this.#deferred(ref).promise))
    const lacking = needs.find((_need, i) => !wentWell(endings[i]))
    return {
      blockedBy: lacking && refName(lacking),
      changed: endings.some(({ outcome }) => outcome === 'changed'),
    }
  }

  #has(node: StepRef): boolean {
    if (!this.#steps.has(node.step)) throw unknown(node)
    return this.#endings.has(refName(node))
  }

  #deferred(node: StepRef): Deferred {
    const found = this.#endings.get(refName(node))
    if (!found) throw unknown(node)
    return found
  }
}

function unknown(node: StepRef): Error {
  return new Error(`the recipe has no ${refName(node)}`)
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
