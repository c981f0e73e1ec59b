import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import { digest } from '../digest.ts'
import type { Change } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { addresses } from '../facts/addresses.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Fact } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { node } from '../facts/node.ts'
import { owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { INPUTS, unit } from '../facts/unit.ts'
import { DB, K3S, keptFolder, NO_RESTART, REGISTRIES, STAGED, UNITS } from '../layout.ts'
import { rawSh, sh } from '../sh.ts'
import { on } from '../step-ref.ts'
import { bundledK3s } from './artifacts.ts'
import { K3S_PATHS, k3sFiles } from './k3s-config.ts'
import { k3sSnapshot } from './k3s-snapshot.ts'
import { isRunning, unitName } from './k3s-unit.ts'
import { versionNumbers } from './k3s-version.ts'
import { allowRestart, enableUnit, startUnit, waitApi, waitReady } from './k3s-waits.ts'
import { keepFiles } from './kept-files.ts'
import { contentText, type ManagedFile, managedFile } from './managed-file.ts'
import { registriesFile, registriesInput } from './registries.ts'
import { registryHost } from './registry-host.ts'

/** Starts the servers: the lead founds the cluster, the others join one by one, as etcd takes one learner at a time. */
export const k3sServer: Step = {
  id: 'k3s-server',
  title: 'Start the K3s server',
  hosts: ({ cluster }) => cluster.drivers,
  // changing a server while another is unhealthy could cost the quorum; that it was healthy earlier does not count
  needs: (host, { cluster, upgrade }) => {
    const round = cluster.rounds.findIndex((hosts) => hosts.includes(host))
    const before = cluster.rounds.slice(0, round).flat()
    return [
      ...(upgrade ? [on(k3sSnapshot, cluster.lead)] : []),
      ...before.flatMap((driver) => [on(k3sServer, driver), on(k3sNode, driver)]),
    ]
  },
  sees: (_host, { cluster }) => [cluster.lead],
  facts: k3sFacts,
  plan: planK3s,
}

/** Starts the agents, all at once, when the lead's API answers; after all servers in an upgrade, so none is newer. */
export const k3sAgent: Step = {
  id: 'k3s-agent',
  title: 'Start the K3s agent',
  hosts: ({ cluster }) => cluster.workers,
  needs: (_host, desired) =>
    desired.upgrade
      ? desired.cluster.drivers.map((driver) => on(k3sNode, driver))
      : [on(k3sServer, desired.cluster.lead)],
  sees: (_host, { cluster }) => [cluster.lead],
  facts: k3sFacts,
  plan: planK3s,
}

/** Waits until each machine's Node is Ready; only then is the next server's turn. */
export const k3sNode: Step = {
  id: 'k3s-node',
  title: 'Wait for the node',
  hosts: ({ cluster }) => cluster.hosts,
  facts: (host) => [system, node(host.nodeName), file(keptFolder(unitName(host)))],
  plan: (context) => {
    const { host, facts } = context
    const version = bundledK3s(context)?.version
    const state = facts.get(node(host.nodeName))
    const kept = facts.get(file(keptFolder(unitName(host))))
    return state?.ready && state.version === version && !kept ? [] : [waitReady(context)]
  },
}

function k3sFacts(host: ClusterHost): Fact<unknown>[] {
  const name = unitName(host)
  const paths = [
    ...K3S_PATHS,
    REGISTRIES,
    `${UNITS}/${name}`,
    envPath(host),
    K3S,
    keptFolder(name),
    NO_RESTART,
  ]
  return [system, addresses, owned, unit(name), clusterData, ...paths.map(file)]
}

/**
 * Writes the files, then starts K3s, or restarts it when it runs with other inputs. The process has a digest of its
 * inputs in its environment, so the next run notices when one was interrupted before the restart. The files that a
 * running K3s was started with are kept, and put back when it does not come up with the new ones.
 */
function planK3s(context: PlanContext): Change[] {
  const { host, facts } = context
  const binary = bundledK3s(context)
  const registries = registriesFile(context)
  const own = k3sFiles(context, binary?.version ?? '')
  const files = [...own, ...(registries ? [registries] : [])]
  const inputs = digest(
    [
      binary?.sha256,
      ...own.map(({ path, content }) => `${path}\n${contentText(content)}`),
      ...registriesInput(context, registries),
    ].join('\n'),
  )
  const env: ManagedFile = { path: envPath(host), mode: '600', content: `${INPUTS}=${inputs}\n` }
  const fileChanges = [
    ...oldRegistries(context),
    ...(binary ? putStaged(binary, context) : []),
    ...[...files, env].flatMap((wanted) => managedFile(wanted, facts)),
  ]
  const name = unitName(host)
  const state = facts.get(unit(name))
  const unblock = facts.get(file(NO_RESTART)) ? [allowRestart(name)] : []
  if (fileChanges.length === 0 && isRunning(state) && state.inputs === inputs)
    return [
      ...unblock,
      ...(state.enabled ? [] : [enableUnit(name)]),
      ...(isFounding(context) ? [waitApi(host)] : []),
    ]
  const restarts = state.active === 'active'
  return [
    ...unblock,
    ...(restarts && fileChanges.length > 0 && mayGoBack(context)
      ? [keepFiles(name, [...files.map(({ path }) => path), env.path, K3S])]
      : []),
    ...fileChanges,
    startUnit(host, env.path, restarts),
    ...(host.role === 'driver' ? [waitApi(host)] : []),
    ...(restarts ? [waitReady(context)] : []),
  ]
}

/** The lead is still starting a new cluster. The others need the hash of its CA, so its API is waited for. */
function isFounding({ host, cluster, facts }: PlanContext): boolean {
  const { active } = facts.get(unit(unitName(host)))
  return cluster.lead === host && active === 'activating' && !facts.get(clusterData).caHash
}

/** An older minor version cannot use a datastore that a newer one has used. Agents have no datastore. */
function mayGoBack(context: PlanContext): boolean {
  const from = context.facts.get(clusterData).version ?? ''
  const to = bundledK3s(context)?.version ?? ''
  return context.host.role === 'worker' || versionNumbers(from)[1] === versionNumbers(to)[1]
}

/** Replaces an installed K3s with the staged one, when it is the host's turn. */
function putStaged({ sha256, version }: Artifact, context: PlanContext): Change[] {
  const { facts, host } = context
  const state = facts.get(file(K3S))
  if (!state || state.digest === sha256) return []
  const { datastore, version: old } = facts.get(clusterData)
  const name = unitName(host)
  return [
    // K3s takes no snapshots of sqlite: it is copied while K3s is stopped (K3s docs, datastore/backup-restore)
    ...(datastore === 'sqlite' && old !== version ? [copyDatabase(name, `${DB}-of-${old}`)] : []),
    {
      kind: 'run',
      sign: '~',
      title: `${K3S}, now ${version}`,
      timeoutMs: 60_000,
      script: sh`${mayGoBack(context) ? rawSh(':') : sh`rm -rf -- ${keptFolder(name)}`}
mv -f -- ${STAGED} ${K3S}
cvh_keep_digest ${sha256} ${K3S}`,
    },
  ]
}

/** Stops K3s and copies its database; when the copy fails, starts K3s again unchanged. */
function copyDatabase(name: string, place: string): Change {
  return {
    kind: 'run',
    sign: '+',
    title: `stop ${name} and copy what the cluster holds to ${place}-TIME`,
    timeoutMs: 600_000,
    script: sh`systemctl stop ${name} || exit
rm -rf -- ${`${place}.part`}
if ! cp -a ${DB} ${`${place}.part`} || ! mv -- ${`${place}.part`} ${place}-"$(date -u +%Y%m%dT%H%M%SZ)"; then
  rm -rf -- ${`${place}.part`}
  systemctl start --no-block ${name}
  exit 74
fi`,
  }
}

/** Removes a registries.yaml for a registry that is no more, or for the open one of versions up to 0.1. */
function oldRegistries(context: PlanContext): Change[] {
  if (registryHost(context) || !context.facts.get(owned).files.includes(REGISTRIES)) return []
  const title = `${REGISTRIES}, which has images taken from a registry that is not in the inventory`
  return [
    {
      kind: 'run',
      sign: '-',
      title,
      timeoutMs: 10_000,
      script: sh`rm -f -- ${REGISTRIES}
cvh_forget file ${REGISTRIES}`,
    },
  ]
}

function envPath(host: ClusterHost): string {
  return `${UNITS}/${unitName(host)}.env`
}
