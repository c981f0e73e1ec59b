import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { PackageSource } from '../distribution/package-sources.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { bareUri } from '../facts/apt-sources.ts'
import { command } from '../facts/command.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { sh } from '../sh.ts'
import { usesBundle } from './bundled-packages.ts'

const UNIT = 'docker.service'

/** Installs docker-ce from docker_repo or the bundle; else docker-ce if apt knows it, or the distribution's own Docker. */
export const docker: Step = {
  id: 'docker',
  title: 'Install Docker',
  hosts: ({ cluster }) => cluster.hosts.filter((host) => host.settings.install_docker),
  facts: () => [
    command('dockerd'),
    unit(UNIT),
    system,
    owned,
    ...DISTRIBUTIONS.flatMap(({ sources }) => sources.facts(DOCKER)),
  ],
  check: (contexts) =>
    contexts.flatMap((context) => {
      const source = dockerSource(context)
      return source && isMissing(context) ? distributionIn(context).sources.findings(source, context) : []
    }),
  plan: (context) => {
    if (isMissing(context)) return [...install(context), start]
    const { active, enabled } = context.facts.get(unit(UNIT))
    return [...updateSource(context), ...(active === 'active' && enabled ? [] : [start])]
  },
}

/** The name of Docker's package source. */
export const DOCKER = 'docker'

/** The package source that a host should get Docker from; undefined where it needs none. */
export function dockerSource({ host, facts }: PlanContext): PackageSource | undefined {
  const { install_docker, docker_repo, docker_key } = host.settings
  if (!install_docker || docker_repo === undefined || usesBundle(host)) return undefined
  const { architecture, os } = facts.get(system)
  const uri = bareUri(docker_repo)
  const key = { url: `${uri}/gpg`, fingerprint: docker_key }
  return { name: DOCKER, uri, suite: os.codename, component: 'stable', architecture, key }
}

const distributionIn = ({ facts }: PlanContext) => distributionOf(facts.get(system))

const isMissing = ({ facts }: PlanContext) => facts.get(command('dockerd')) === undefined

const start: Change = {
  kind: 'service',
  unit: UNIT,
  sign: '!',
  title: `start ${UNIT}`,
  timeoutMs: 120_000,
  script: sh`systemctl enable --now ${UNIT}`,
}

/** Adds docker_repo where convecthub installed Docker, so that updates come from it even after it has changed. */
function updateSource(context: PlanContext): Change[] {
  const { facts } = context
  const source = dockerSource(context)
  const { packages, sources } = distributionIn(context)
  if (!source || !facts.get(owned).packages.includes(packages.docker[0])) return []
  return sources.isThere(source, facts) ? [] : sources.add(source, facts)
}

function install(context: PlanContext): Change[] {
  const source = dockerSource(context)
  const distribution = distributionIn(context)
  const [own, other] = distribution.packages.docker
  if (!source) {
    const bundled = usesBundle(context.host)
    const title = `install ${own}, or ${other} where ${bundled ? 'the bundle' : 'apt'} has no ${own}`
    return [distribution.install([{ firstOf: [own, other] }], { title, bundled })]
  }
  const there = distribution.sources.standIn(source, context.facts)
  const from = there ? `${source.uri} (${there.file}:${there.line})` : source.uri
  return [
    ...(there ? [] : distribution.sources.add(source, context.facts)),
    distribution.install([own], { title: `install ${own} from ${from}` }),
  ]
}
