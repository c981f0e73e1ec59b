import { distributionOf } from '../distribution/distributions.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { bareUri } from '../facts/apt-sources.ts'
import { command } from '../facts/command.ts'
import type { Facts } from '../facts/fact.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { sh } from '../sh.ts'
import { installPackages } from './install-packages.ts'
import {
  addSource,
  hasList,
  type PackageSource,
  rivals,
  sourceFacts,
  sourceFindings,
} from './package-source.ts'

const UNIT = 'docker.service'

/** Docker by docker_repo's docker-ce; without a mirror, docker-ce if apt knows it, else the distribution's own. */
export const docker: Step = {
  id: 'docker',
  title: 'Install Docker',
  hosts: ({ cluster }) => cluster.hosts.filter((host) => host.settings.install_docker),
  facts: () => [command('dockerd'), unit(UNIT), system, owned, ...sourceFacts(DOCKER)],
  check: (contexts) =>
    contexts.flatMap((context) => {
      const source = dockerSource(context)
      return source && isMissing(context) ? sourceFindings(source, context) : []
    }),
  plan: (context) => {
    if (isMissing(context)) return [...install(context), start]
    const { active, enabled } = context.facts.get(unit(UNIT))
    return [...ownSource(context), ...(active === 'active' && enabled ? [] : [start])]
  },
}

/** The name of Docker's source, see sourcePaths. */
export const DOCKER = 'docker'

/** Where a host shall have Docker from, undefined where that is left to apt. */
export function dockerSource({ host, facts }: PlanContext): PackageSource | undefined {
  const { install_docker, docker_repo, docker_key } = host.settings
  if (!install_docker || docker_repo === undefined) return undefined
  const { architecture, os } = facts.get(system)
  const uri = bareUri(docker_repo)
  const key = { url: `${uri}/gpg`, fingerprint: docker_key }
  return { name: DOCKER, uri, suite: os.codename, component: 'stable', architecture, key }
}

const isMissing = ({ facts }: PlanContext) => facts.get(command('dockerd')) === undefined

const start: Change = {
  kind: 'service',
  unit: UNIT,
  sign: '!',
  title: `start ${UNIT}`,
  timeoutMs: 120_000,
  script: sh`systemctl enable --now ${UNIT}`,
}

/** A Docker of ours is updated from docker_repo, also after that has changed. */
function ownSource(context: PlanContext): Change[] {
  const { facts } = context
  const source = dockerSource(context)
  if (!source || !facts.get(owned).packages.includes(dockerOf(facts)[0])) return []
  return hasList(source, facts) || rivals(source, facts).length > 0 ? [] : addSource(source, facts)
}

const dockerOf = (facts: Facts) => distributionOf(facts.get(system)).packages.docker

function install(context: PlanContext): Change[] {
  const source = dockerSource(context)
  const distribution = distributionOf(context.facts.get(system))
  const [own, other] = distribution.packages.docker
  if (!source) {
    const title = `install ${own}, or ${other} where apt has no ${own}`
    return [installPackages(distribution, [{ firstOf: [own, other] }], title)]
  }
  const there = rivals(source, context.facts).find(({ serves }) => serves)
  const from = there ? `${source.uri}, as ${there.file}:${there.line} has it` : source.uri
  return [
    ...(there ? [] : addSource(source, context.facts)),
    installPackages(distribution, [own], `install ${own} from ${from}`),
  ]
}
