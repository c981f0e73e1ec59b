import type { Step } from '../engine/step.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { DOCKER, dockerSource } from './docker.ts'
import { isAptFile } from './own-places.ts'
import { removeSources, sourceFacts, unneeded, wantedPaths } from './package-source.ts'

/** Takes from apt what convecthub once gave it and nobody wants any more, before apt is asked for anything. */
export const oldSources: Step = {
  id: 'old-sources',
  title: 'Remove old package sources',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [owned, system, ...sourceFacts(DOCKER)],
  plan: (context) => {
    const { facts } = context
    const source = dockerSource(context)
    const wanted = source ? wantedPaths(source, facts) : []
    const old = facts.get(owned).files.filter((path) => isAptFile(path) && !wanted.includes(path))
    return removeSources(unneeded(old, facts))
  },
}
