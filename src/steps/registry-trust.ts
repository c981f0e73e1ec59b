import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { dockerAuthorities } from '../facts/docker-authorities.ts'
import { file } from '../facts/file.ts'
import { owned } from '../facts/owned.ts'
import { registryCertificate } from '../facts/registry-certificate.ts'
import { DOCKER_CERTS, DOCKER_CONFIG, OWN_DOCKER_CONFIG, REGISTRY_CA } from '../layout.ts'
import { joinSh, type Script, sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { contentDigest, managedFile } from './managed-file.ts'
import { makeCertificate } from './registry-certificate.ts'
import { registryAddress, registryHost, registryHosts } from './registry-host.ts'

/**
 * Lets each machine trust the image registry, for K3s and for Docker. What they have stays when the registry's machine
 * does not answer: nothing else may depend on it.
 */
export const trustRegistry: Step = {
  id: 'registry-trust',
  title: 'Trust the image registry',
  hosts: ({ cluster }) => cluster.hosts,
  needs: (_host, desired) => registryHosts(desired).map((host) => on(makeCertificate, host)),
  sees: () => [],
  facts: () => [owned, dockerAuthorities, file(REGISTRY_CA), ...MIRROR_FACTS],
  plan: (context) => {
    const host = registryHost(context)
    if (!host) return [...forget(context, undefined), ...forgetMirror(context)]
    const address = registryAddress(context)
    if (!address) return []
    const content = context.peer(host.name)?.get(registryCertificate).authority?.pem ?? UNKNOWN
    return [
      ...managedFile({ path: REGISTRY_CA, mode: '644', content }, context.facts),
      ...(context.host.settings.install_docker ? tellDocker(address, content, context) : []),
      ...forget(context, address),
    ]
  },
}

/** Stands for the certificate in a plan, before it is made; without one this step is not done. */
const UNKNOWN = 'made by the step registry-certificate\n'

/** Docker reads the authority at each pull, and registry-mirrors on SIGHUP: it is never restarted. */
function tellDocker(address: string, content: string, { facts }: PlanContext): Change[] {
  const path = dockerAuthority(address)
  const known = facts.get(dockerAuthorities).get(path)
  return [
    ...(known === contentDigest(content)
      ? []
      : [{ kind: 'file', sign: known ? '~' : '+', title: path, path, content, mode: '644' } as const]),
    ...mirror(`{ "registry-mirrors": ["https://${address}"] }\n`, facts),
  ]
}

/** Writes daemon.json where there is none, or the one of an earlier run: it may be anybody's. */
function mirror(content: string, facts: PlanContext['facts']): Change[] {
  const there = facts.get(file(DOCKER_CONFIG))
  const own = facts.get(file(OWN_DOCKER_CONFIG))
  if (there && (there.digest !== own?.digest || there.digest === contentDigest(content))) return []
  return [
    {
      kind: 'run',
      sign: there ? '~' : '+',
      title: `${DOCKER_CONFIG}, so that Docker asks the image registry for docker.io's images`,
      timeoutMs: 30_000,
      script: sh`printf '%s' ${content} | cvh_place ${OWN_DOCKER_CONFIG} 644
cp -- ${OWN_DOCKER_CONFIG} ${`${DOCKER_CONFIG}.part`}
mv -f -- ${`${DOCKER_CONFIG}.part`} ${DOCKER_CONFIG}
${RELOAD_DOCKER}`,
    },
  ]
}

const RELOAD_DOCKER: Script = sh`! systemctl -q is-active docker.service || systemctl reload docker.service`

/** Removes daemon.json if it is still the one that convecthub wrote. */
export function forgetMirror({ facts }: PlanContext): Change[] {
  const own = facts.get(file(OWN_DOCKER_CONFIG))
  if (!own) return []
  const same = facts.get(file(DOCKER_CONFIG))?.digest === own.digest
  return [
    {
      kind: 'run',
      sign: '-',
      title: same ? DOCKER_CONFIG : OWN_DOCKER_CONFIG,
      timeoutMs: 30_000,
      script: same
        ? sh`rm -f -- ${[DOCKER_CONFIG, OWN_DOCKER_CONFIG]}
${RELOAD_DOCKER}`
        : sh`rm -f -- ${OWN_DOCKER_CONFIG}`,
    },
  ]
}

/** The facts that forgetMirror reads. */
export const MIRROR_FACTS = [DOCKER_CONFIG, OWN_DOCKER_CONFIG].map(file)

const dockerAuthority = (address: string) => `${DOCKER_CERTS}/${address}/ca.crt`

/** Removes what was written for a registry at another address than this. */
function forget({ facts }: PlanContext, address: string | undefined): Change[] {
  const stale = facts
    .get(owned)
    .files.filter((path) =>
      path === REGISTRY_CA
        ? address === undefined
        : path.startsWith(`${DOCKER_CERTS}/`) && (!address || path !== dockerAuthority(address)),
    )
  if (stale.length === 0) return []
  return [
    {
      kind: 'run',
      sign: '-',
      title: stale.join(', '),
      timeoutMs: 10_000,
      script: joinSh([sh`rm -f -- ${stale}`, ...stale.map((path) => sh`cvh_forget file ${path}`)]),
    },
  ]
}
