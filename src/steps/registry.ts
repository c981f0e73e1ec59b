import { digest } from '../digest.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { file } from '../facts/file.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { INPUTS, unit } from '../facts/unit.ts'
import {
  REGISTRY_AUTHORITY,
  REGISTRY_CA,
  REGISTRY_CERTIFICATE,
  REGISTRY_CONFIG,
  REGISTRY_DATA,
  REGISTRY_PROGRAM,
  REGISTRY_UNIT,
} from '../layout.ts'
import { joinSh, sh } from '../sh.ts'
import { template } from '../templates.ts'
import { isRunning } from './k3s-unit.ts'
import { contentText, type ManagedFile, managedFile } from './managed-file.ts'
import { bundledRegistry, registryAddress, registryHost } from './registry-host.ts'
import { forgetMirror, MIRROR_FACTS } from './registry-trust.ts'
import { resetHosts } from './reset-places.ts'

const NAME = 'convecthub-registry.service'
const ENV = `${REGISTRY_UNIT}.env`

/**
 * Runs the image registry as a unit, not as a pod: it must not depend on what it serves. It cannot be written to. Where
 * the inventory has taken it from a machine, it is removed there.
 */
export const registry: Step = {
  id: 'registry',
  title: 'Run the image registry',
  hosts: ({ cluster }) => cluster.hosts,
  facts: () => [
    system,
    addresses,
    owned,
    unit(NAME),
    ...[REGISTRY_PROGRAM, REGISTRY_CERTIFICATE, REGISTRY_CONFIG, REGISTRY_UNIT, ENV].map(file),
  ],
  plan: (context) => (registryHost(context) === context.host ? run(context) : remove(context)),
}

/** The process has a digest of what it runs with in its environment; see planK3s. */
function run(context: PlanContext): Change[] {
  const { facts } = context
  const program = bundledRegistry(context)
  const address = registryAddress(context)
  if (!program || !address) return []
  const files: ManagedFile[] = [
    { path: REGISTRY_CONFIG, mode: '644', content: template('registry/config.yml', { ADDRESS: address }) },
    { path: REGISTRY_UNIT, mode: '644', content: template('registry/registry.service') },
  ]
  const certificate = facts.get(file(REGISTRY_CERTIFICATE))?.digest
  const inputs = digest(
    [program.sha256, certificate, ...files.map(({ content }) => contentText(content))].join('\n'),
  )
  const env: ManagedFile = { path: ENV, mode: '600', content: `${INPUTS}=${inputs}\n` }
  const there = facts.get(file(REGISTRY_PROGRAM))
  const same = there?.digest === program.sha256 && there.mode === '755' && there.owner === '0:0'
  const changes: Change[] = [
    ...(same
      ? []
      : [
          {
            kind: 'upload',
            sign: there ? '~' : '+',
            title: `${REGISTRY_PROGRAM} (${Math.ceil(program.size / 1e6)} MB)`,
            artifact: program,
            path: REGISTRY_PROGRAM,
            mode: '755',
          } as const,
        ]),
    ...[...files, env].flatMap((wanted) => managedFile(wanted, facts)),
  ]
  const state = facts.get(unit(NAME))
  if (changes.length === 0 && isRunning(state) && state.inputs === inputs && state.enabled) return []
  return [...changes, ...start(address, isRunning(state))]
}

function start(address: string, restarts: boolean): Change[] {
  return [
    {
      kind: 'service',
      unit: NAME,
      sign: restarts ? '~' : '!',
      title: `${restarts ? 'restart' : 'start'} ${NAME}`,
      timeoutMs: 60_000,
      script: sh`systemctl daemon-reload
systemctl enable ${NAME}
systemctl reset-failed ${NAME} 2>/dev/null || :
systemctl restart ${NAME}`,
    },
    {
      kind: 'wait',
      sign: '!',
      title: `wait until the image registry answers at ${address}`,
      timeoutMs: 60_000,
      until: sh`curl -fsS --noproxy '*' --max-time 5 --cacert ${REGISTRY_CA} ${`https://${address}/v2/`}`,
      evidence: sh`journalctl -q --no-pager -o cat -n 8 -u ${NAME}`,
    },
  ]
}

/** Removes a registry that this machine ran before. */
function remove({ facts }: PlanContext): Change[] {
  const files = facts.get(owned).files.filter((path) => isRegistryFile(path))
  if (files.length === 0) return []
  return [
    {
      kind: 'run',
      sign: '-',
      title: `the image registry (${REGISTRY_UNIT}, ${REGISTRY_DATA})`,
      timeoutMs: 300_000,
      script: joinSh([
        sh`systemctl disable --now ${NAME} 2>/dev/null || :
rm -rf -- ${[...files, REGISTRY_DATA]}
systemctl daemon-reload`,
        ...files.map((path) => sh`cvh_forget file ${path}`),
      ]),
    },
  ]
}

function isRegistryFile(path: string): boolean {
  const single = [REGISTRY_UNIT, ENV, REGISTRY_PROGRAM, REGISTRY_AUTHORITY]
  return single.includes(path) || path.startsWith(`${REGISTRY_DATA}/`)
}

/** For a reset: stops the image registry, and takes it out of Docker's configuration. */
export const stopRegistry: Step = {
  id: 'stop-registry',
  title: 'Stop the image registry',
  hosts: resetHosts,
  facts: () => [owned, unit(NAME), ...MIRROR_FACTS],
  plan: (context) => {
    const { active, enabled } = context.facts.get(unit(NAME))
    const runs = enabled || (active !== 'inactive' && active !== 'failed')
    const own = context.facts.get(owned).files.includes(REGISTRY_UNIT)
    return [
      ...(own && runs
        ? [
            {
              kind: 'run',
              sign: '-',
              title: `stop and disable ${NAME}`,
              timeoutMs: 60_000,
              script: sh`systemctl disable --now ${NAME}`,
            } as const,
          ]
        : []),
      ...forgetMirror(context),
    ]
  },
}
