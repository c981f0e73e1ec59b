import { basename } from 'node:path/posix'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { ClusterHost } from '../cluster/cluster.ts'
import type { Change, UploadChange } from '../engine/change.ts'
import type { Desired, PlanContext, Step } from '../engine/step.ts'
import type { Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import type { Owned } from '../facts/owned.ts'
import { system } from '../facts/system.ts'
import { unit } from '../facts/unit.ts'
import { HELM, IMAGES, INCOMING_IMAGES, K3S, STAGED } from '../layout.ts'
import { sh } from '../sh.ts'
import { unitName } from './k3s-unit.ts'

/** The bundle's K3s binary for this host's architecture and role. */
export function bundledK3s({ bundle, facts, host }: PlanContext): Artifact | undefined {
  const { architecture } = facts.get(system)
  return bundle?.files.find(
    (artifact) =>
      artifact.kind === 'k3s' && artifact.architecture === architecture && artifact.roles.includes(host.role),
  )
}

/** Whether convecthub installed the host's K3s. */
export const ownsK3s = ({ files }: Owned) => files.includes(K3S)

/** Path and mode of each kind of artifact. Kinds that are missing here are sent by the step that needs them. */
const PLACES: Readonly<Partial<Record<Artifact['kind'], { path(name: string): string; mode: string }>>> = {
  k3s: { path: () => K3S, mode: '755' },
  helm: { path: () => HELM, mode: '755' },
  images: { path: (name) => `${IMAGES}/${name}`, mode: '644' },
}

/** Sends the bundle's files that this host's role needs, unless the host has them with the same digest. */
export const artifacts: Step = {
  id: 'artifacts',
  title: 'Send the bundle',
  hosts: ({ cluster }) => cluster.hosts,
  facts: (host, desired) => [
    system,
    unit(unitName(host)),
    ...placed(host, desired).map(({ path }) => file(path)),
    file(STAGED),
  ],
  plan: (context) => {
    const { facts, host } = context
    const { architecture } = facts.get(system)
    const sent = placed(host, context)
      .filter(({ artifact }) => artifact.architecture === architecture || artifact.architecture === 'all')
      .flatMap((place) => send(place, context))
    return [...sent, ...unstage(context)]
  },
}

interface Placed {
  artifact: Artifact
  path: string
  mode: string
}

function placed(host: ClusterHost, { bundle }: Desired): Placed[] {
  return (bundle?.files ?? [])
    .filter(({ roles }) => roles.includes(host.role))
    .flatMap((artifact) => {
      const place = PLACES[artifact.kind]
      const name = basename(artifact.name)
      return place ? [{ artifact, path: place.path(name), mode: place.mode }] : []
    })
}

function send({ artifact, path, mode }: Placed, { facts, host }: PlanContext): Change[] {
  const state = facts.get(file(path))
  if (state?.digest === artifact.sha256 && state.mode === mode && state.owner === '0:0') return []
  const title = `${path} (${size(artifact.size)})`
  const change: UploadChange = {
    kind: 'upload',
    sign: state ? '~' : '+',
    title,
    artifact,
    path,
    mode,
  }
  if (artifact.kind === 'k3s') return state ? stage(change, facts) : [change]
  const running = facts.get(unit(unitName(host))).active === 'active'
  return artifact.kind === 'images' && running ? importImages(change) : [change]
}

/** Removes a staged K3s of an upgrade that is no longer wanted. */
function unstage(context: PlanContext): Change[] {
  const { facts } = context
  const wanted = bundledK3s(context)?.sha256
  if (!facts.get(file(STAGED)) || facts.get(file(K3S))?.digest !== wanted) return []
  const script = sh`rm -f -- ${STAGED}
cvh_forget file ${STAGED}`
  return [{ kind: 'run', sign: '-', title: STAGED, timeoutMs: 10_000, script }]
}

/** Sends a new K3s next to the installed one. If only mode or owner is wrong, the installed one is replaced at once. */
function stage(change: UploadChange, facts: Facts): Change[] {
  if (facts.get(file(K3S))?.digest === change.artifact.sha256) return [change]
  if (facts.get(file(STAGED))?.digest === change.artifact.sha256) return []
  return [{ ...change, sign: '+', title: change.title.replace(K3S, STAGED), path: STAGED }]
}

/**
 * Imports images into a running K3s, which reads its images folder only when it starts; this avoids a restart. The file
 * moves to its final place after the import, so that the next run notices an interrupted one.
 */
function importImages({ artifact, path, mode, sign, title }: UploadChange): Change[] {
  const staged = `${INCOMING_IMAGES}/${basename(path)}`
  return [
    { kind: 'upload', sign, title, artifact, path: staged, mode },
    {
      kind: 'run',
      sign: '!',
      title: `import the images of ${path}`,
      timeoutMs: 600_000,
      durable: true,
      script: sh`${K3S} ctr -n k8s.io images import ${staged}`,
    },
    {
      kind: 'run',
      sign,
      title: `keep ${path} for later starts`,
      timeoutMs: 60_000,
      script: sh`mv -f ${staged} ${path}
cvh_keep_digest ${artifact.sha256} ${path}`,
    },
  ]
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`
}
