import { stringify } from 'yaml'
import { parseImageName } from '../artifacts/images/image-name.ts'
import type { PlanContext } from '../engine/step.ts'
import { file } from '../facts/file.ts'
import { REGISTRIES, REGISTRY_CA } from '../layout.ts'
import { contentDigest, type ManagedFile } from './managed-file.ts'
import { registryAddress, registryHost } from './registry-host.ts'

/**
 * registries.yaml, by which K3s asks the image registry first for what a node lacks (K3s docs, private-registry). It
 * names each registry: K3s before 1.26 has no wildcard. Undefined without a registry, and when its machine did not
 * answer: the file that is there then stays.
 */
export function registriesFile(context: PlanContext): ManagedFile | undefined {
  const address = registryAddress(context)
  if (!address) return undefined
  const names = (context.bundle?.files ?? []).flatMap(({ images = [] }) =>
    images.flatMap(({ name }) => parseImageName(name)?.registry ?? []),
  )
  const mirrors = [...new Set(['docker.io', ...names])].sort()
  const content = {
    mirrors: Object.fromEntries(mirrors.map((name) => [name, { endpoint: [`https://${address}`] }])),
    configs: { [address]: { tls: { ca_file: REGISTRY_CA } } },
  }
  return {
    path: REGISTRIES,
    mode: '600',
    content: `# Written by convecthub.\n${stringify(content, { version: '1.1' })}`,
  }
}

/** What K3s must be restarted for: the digest of the registries.yaml that it should read; none without a registry. */
export function registriesInput(context: PlanContext, wanted: ManagedFile | undefined): string[] {
  if (!registryHost(context)) return []
  const digest = wanted ? contentDigest(wanted.content) : context.facts.get(file(REGISTRIES))?.digest
  return digest === undefined ? [] : [`${REGISTRIES}\n${digest}`]
}
