import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { Step } from '../engine/step.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { DOCKER, dockerSource } from './docker.ts'
import { isSourceFile } from './own-places.ts'

/** Removes package sources that convecthub once added and that are no longer wanted, before packages are installed. */
export const oldSources: Step = {
  id: 'old-sources',
  title: 'Remove old package sources',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [owned, system, ...DISTRIBUTIONS.flatMap(({ sources }) => sources.facts(DOCKER))],
  plan: (context) => {
    const { facts } = context
    const source = dockerSource(context)
    const { sources } = distributionOf(facts.get(system))
    const wanted = source ? sources.wantedPaths(source, facts) : []
    const old = facts.get(owned).files.filter((path) => isSourceFile(path) && !wanted.includes(path))
    return sources.remove(sources.unneeded(old, facts))
  },
}
