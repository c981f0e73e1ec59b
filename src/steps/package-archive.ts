import { DISTRIBUTIONS, distributionOf } from '../distribution/distributions.ts'
import type { PackageName } from '../engine/change.ts'
import type { Finding, PlanContext, Step } from '../engine/step.ts'
import { system } from '../facts/system.ts'
import { basePackages } from './base-packages.ts'
import { bundledPackages, releaseName, usesBundle } from './bundled-packages.ts'
import { docker } from './docker.ts'
import { nvidia } from './nvidia.ts'

/** The steps that install packages. */
const INSTALLERS: readonly Step[] = [basePackages, docker, nvidia]

/**
 * Sends the bundle's packages to hosts with apt_repo=bundle and lets their package manager read them. Before the first
 * package is installed, it tries all that the steps below will ask for. Removes the packages where apt_repo is gone.
 */
export const packageArchive: Step = {
  id: 'package-archive',
  title: "Send the bundle's packages",
  hosts: ({ cluster }) => cluster.hosts,
  facts: (host, desired) => [
    system,
    ...DISTRIBUTIONS.flatMap(({ bundled }) => bundled.facts),
    ...(usesBundle(host) ? INSTALLERS.flatMap((step) => step.facts(host, desired)) : []),
  ],
  check: (contexts) => contexts.filter(({ host }) => usesBundle(host)).flatMap(findings),
  plan: (context) => {
    const { facts, host } = context
    const { bundled } = distributionOf(facts.get(system))
    if (!usesBundle(host)) return bundled.remove(facts)
    const archive = bundledPackages(context)
    return !archive || bundled.isThere(archive, facts) ? [] : bundled.add(archive, wanted(context), facts)
  },
}

/** The packages that the steps of this host will install. */
function wanted(context: PlanContext): PackageName[] {
  return INSTALLERS.filter((step) => step.hosts(context).includes(context.host))
    .flatMap((step) => step.plan(context))
    .flatMap((change) => (change.kind === 'packages' ? change.names : []))
}

function findings(context: PlanContext): Finding[] {
  const { host, facts } = context
  const { architecture, kernel, os } = facts.get(system)
  const release = releaseName({ os })
  const error = (message: string, line: string): Finding => ({
    level: 'error',
    id: 'packages',
    host: host.name,
    message,
    hint: `add to bundle.yaml: ${line}; run \`convecthub bundle pull\` where there is internet, and bring the bundle again`,
  })
  const archive = bundledPackages(context)
  const whose = `${release} (${architecture})`
  if (!archive)
    return [
      error(
        `apt_repo=bundle, but the bundle has no packages for ${whose}`,
        `apt: [{release: ${release}}]${architecture === 'amd64' ? '' : `, architectures: [${architecture}]`}`,
      ),
    ]
  const held = new Set(archive.packages?.map(({ name }) => name))
  const lacking = wanted(context)
    .map((name) => (typeof name === 'string' ? [name] : name.firstOf))
    .filter((names) => !names.some((name) => held.has(name)))
    .map((names) => names.join(' or '))
  if (!archive.packages || lacking.length === 0) return []
  const isDriver = lacking.some((names) => /nvidia|^linux-headers-/.test(names))
  return [
    error(
      `the packages of the bundle for ${whose} lack ${lacking.join(', ')}`,
      isDriver
        ? `gpu: {}, apt: [{release: ${release}, kernels: [${kernel}]}]`
        : `apt: [{release: ${release}, packages: [${lacking.map((names) => names.split(' ').at(-1)).join(', ')}]}]`,
    ),
  ]
}
