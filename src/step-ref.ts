/** A step on a host: a node in the dependency graph of a run. Made by `on`. */
export interface StepRef {
  step: string
  host: string
}

/** Refers to a step on a host, for other steps to depend on. */
export function on(step: { id: string }, host: { name: string }): StepRef {
  return { step: step.id, host: host.name }
}

/** The reference as text, such as "k3s-server on driver1". */
export function refName({ step, host }: StepRef): string {
  return `${step} on ${host}`
}
