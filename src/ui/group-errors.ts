import { type ConvecthubError, formatOrigin } from '../errors.ts'

/** Errors of several hosts that have the same cause. `hosts` is empty for an error without a host. */
export interface ErrorGroup {
  /** The first of them. */
  error: ConvecthubError
  hosts: string[]
}

/**
 * Puts errors that differ only by their host into one group. The biggest group comes first; the others keep their
 * order, so that the one host with a cause of its own is told last, right above the prompt.
 */
export function groupErrors(errors: readonly ConvecthubError[]): ErrorGroup[] {
  const groups = new Map<string, ErrorGroup>()
  for (const error of errors) {
    const { host, step, origin, evidence, hint } = error.details
    const key = JSON.stringify([
      error.code,
      error.message,
      step,
      origin && formatOrigin(origin),
      evidence,
      hint,
    ])
    const group = groups.get(key) ?? { error, hosts: [] }
    groups.set(key, group)
    if (host !== undefined) group.hosts.push(host)
  }
  return [...groups.values()].sort((a, b) => size(b) - size(a))
}

const size = ({ hosts }: ErrorGroup) => Math.max(1, hosts.length)
