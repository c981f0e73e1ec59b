import type { ClusterHost } from '../cluster/cluster.ts'
import type { ConvecthubError } from '../errors.ts'
import type { Outcome } from '../outcome.ts'
import { refName, type StepRef } from '../step-ref.ts'
import type { Desired, Step } from './step.ts'

/** How a step ended on a host. */
export interface Ending {
  outcome: Outcome
  error?: ConvecthubError
  /** The step that it waited for and that did not succeed: `step on host`. */
  blockedBy?: string
}

/** The ending of a step that may not have ended yet. */
interface Deferred {
  promise: Promise<Ending>
  resolve(ending: Ending): void
}

/**
 * All steps of a run on all hosts, and how each ended. A step waits for steps of other hosts only where its `needs` or
 * `after` names them.
 */
export class Graph {
  readonly #endings: ReadonlyMap<string, Deferred>
  readonly #steps: readonly string[]
  readonly #desired: Desired

  constructor(recipe: readonly Step[], nodes: readonly StepRef[], desired: Desired) {
    this.#endings = new Map(nodes.map((node) => [refName(node), deferred()]))
    this.#steps = recipe.map(({ id }) => id)
    this.#desired = desired
  }

  /** Records how a step ended, and lets the steps that wait for it continue. */
  settle(node: StepRef, ending: Ending): void {
    this.#deferred(node).resolve(ending)
  }

  /**
   * Waits until all steps in `needs` and `after` have ended: `blockedBy` is the first needed one that did not succeed,
   * `changed` whether any of them changed something. In `after`, steps that no host of the run does are ignored. Throws
   * for a step that is not in the recipe: that is a bug in convecthub.
   */
  async wait(step: Step, host: ClusterHost) {
    const needs = step.needs?.(host, this.#desired) ?? []
    const after = (step.after?.(host, this.#desired) ?? []).filter((ref) => this.#has(ref))
    const endings = await Promise.all([...needs, ...after].map((ref) => this.#deferred(ref).promise))
    const failed = needs.find((_need, i) => !wentWell(endings[i]))
    return {
      blockedBy: failed && refName(failed),
      changed: endings.some(({ outcome }) => outcome === 'changed'),
    }
  }

  #has(node: StepRef): boolean {
    if (!this.#steps.includes(node.step)) throw unknown(node)
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
