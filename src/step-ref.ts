/** A step on a host: a node of the graph that a run walks. Made by `on`. */
export interface StepRef {
  step: string
  host: string
}

/** Names a step on a host, for others to wait for. */
export function on(step: { id: string }, host: { name: string }): StepRef {
  return { step: step.id, host: host.name }
}

/** "k3s-server on driver1". */
export function refName({ step, host }: StepRef): string {
  return `${step} on ${host}`
}
