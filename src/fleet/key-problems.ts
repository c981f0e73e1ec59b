import { ConvecthubError, type Origin } from '../errors.ts'
import { hostRuns } from '../host-runs.ts'
import { checkKeyFile } from '../transport/key-ring.ts'

/** A private key that a host, or a jump host before it, is logged in to with. */
export interface KeyUse {
  path: string
  host: string
  /** Where the inventory or ansible.cfg names it; undefined for a key from ssh's configuration. */
  origin: Origin | undefined
}

/** The key files that cannot be used: a KEY_FILE for each, with its hosts and the first place that names it. */
export function keyProblems(uses: readonly KeyUse[]): ConvecthubError[] {
  const hostsOf = new Map<string, string[]>()
  for (const { path, host } of uses) hostsOf.set(path, [...(hostsOf.get(path) ?? []), host])
  return [...hostsOf].flatMap(([path, hosts]) => {
    try {
      checkKeyFile(path)
      return []
    } catch (error) {
      if (!(error instanceof ConvecthubError)) throw error
      const origin = uses.find((use) => use.path === path && use.origin)?.origin
      const message = `${error.message} (for ${hostRuns(hosts)})`
      return [new ConvecthubError(error.code, message, { ...error.details, ...(origin && { origin }) })]
    }
  })
}
