import { basename, dirname } from 'node:path/posix'
import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Change, UploadChange } from '../engine/change.ts'
import type { PlanContext, Step } from '../engine/step.ts'
import { clusterData } from '../facts/cluster-data.ts'
import type { Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { type Owned, owned } from '../facts/owned.ts'
import { unit } from '../facts/unit.ts'
import { HELM, IMAGE_CACHE, IMAGES, INCOMING_IMAGES, K3S, STAGED } from '../layout.ts'
import { sh } from '../sh.ts'
import type { ImageArchive } from './image-archive.ts'
import {
  ARCHIVE_MODE,
  archiveFacts,
  comesLater,
  hostArchives,
  isInPlace,
  isStaged,
} from './image-archives.ts'
import { bringIn, keepArchive } from './import-archive.ts'
import { unitName } from './k3s-unit.ts'
import { hasSince } from './k3s-version.ts'
import { fitsHost, isSent, nodeArtifacts } from './node-artifacts.ts'

/** The bundle's K3s binary for this host's architecture and role. */
export function bundledK3s(context: PlanContext): Artifact | undefined {
  return nodeArtifacts(context.host, context).find(
    (artifact) => artifact.kind === 'k3s' && fitsHost(artifact, context.facts),
  )
}

/** Whether convecthub installed the host's K3s. */
export const ownsK3s = ({ files }: Owned) => files.includes(K3S)

/** Where programs go. Kinds that are missing here are sent by the step that needs them. */
const PROGRAMS: Readonly<Partial<Record<Artifact['kind'], string>>> = { k3s: K3S, helm: HELM }
const PROGRAM_MODE = '755'

/**
 * From these versions on, K3s may skip archives that it has imported before: earlier ones then forget to pin their
 * images, or do not see that an archive was replaced by one of the same size (K3s releases of July 2026).
 */
const CACHE_WORKS = ['1.34.10', '1.35.7', '1.36.3', '1.37.0']

/** Sends the bundle's files that this host needs, unless it has them; images of K3s itself also to a K3s that runs. */
export const artifacts: Step = {
  id: 'artifacts',
  title: 'Send the bundle',
  hosts: ({ cluster }) => cluster.hosts,
  facts: (host, desired) => [
    ...archiveFacts(host, desired),
    ...[K3S, HELM, STAGED, IMAGE_CACHE].map(file),
    clusterData,
    owned,
  ],
  plan: (context) => [
    ...programs(context),
    ...hostArchives(context).flatMap((archive) => sendArchive(archive, context)),
    ...unstage(context),
    ...imageCache(context),
    ...removeArchives(context),
  ],
}

function programs(context: PlanContext): Change[] {
  const { facts, host } = context
  return nodeArtifacts(host, context).flatMap((artifact) => {
    const path = PROGRAMS[artifact.kind]
    if (!path || !fitsHost(artifact, facts)) return []
    const state = facts.get(file(path))
    if (isSent(state, artifact, PROGRAM_MODE)) return []
    const change = uploadTo(path, artifact, PROGRAM_MODE, path, facts)
    return artifact.kind === 'k3s' && state ? stage(change, facts) : [change]
  })
}

/** An upload to `to`; for `path`, which is where the file will be in the end. */
function uploadTo(to: string, artifact: Artifact, mode: string, path: string, facts: Facts): UploadChange {
  const sign = facts.get(file(path)) ? '~' : '+'
  const title = `${path} (${size(artifact.size)})`
  return { kind: 'upload', sign, title, artifact, path: to, mode, ...(to !== path && { laterPath: path }) }
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
  return [{ ...change, sign: '+', title: change.title.replace(K3S, STAGED), path: STAGED, laterPath: K3S }]
}

/**
 * Sends an archive. A running K3s gets the images at once, because a new K3s needs its own images when it starts;
 * those that come later are imported by the step `images`.
 */
function sendArchive(archive: ImageArchive, context: PlanContext): Change[] {
  const { facts, host } = context
  const { artifact, path, staged } = archive
  if (isInPlace(archive, facts)) return []
  const send = (to: string) =>
    isStaged(archive, facts) ? [] : [uploadTo(to, artifact, ARCHIVE_MODE, path, facts)]
  if (comesLater(archive, bundledK3s(context)?.version ?? '', facts)) return send(staged)
  if (facts.get(unit(unitName(host))).active === 'active')
    return [...send(staged), ...bringIn(archive, facts.get(clusterData).version ?? '', context)]
  return isStaged(archive, facts) ? [keepArchive(archive, facts)] : send(path)
}

/** Lets K3s note what it has imported, where it can be trusted with it: then its next starts import nothing again. */
function imageCache(context: PlanContext): Change[] {
  if (!hasCache(context) || context.facts.get(file(IMAGE_CACHE))) return []
  return [{ kind: 'file', sign: '+', title: IMAGE_CACHE, path: IMAGE_CACHE, content: '', mode: '644' }]
}

const hasCache = (context: PlanContext) => hasSince(bundledK3s(context)?.version ?? '', CACHE_WORKS)

/**
 * Removes archives that this host no longer needs, once the new ones are there: K3s would import both at its next start,
 * and the old one last. Running pods keep their images.
 */
function removeArchives(context: PlanContext): Change[] {
  if (!context.bundle) return []
  const wanted = [
    ...hostArchives(context).map(({ path }) => basename(path)),
    ...(hasCache(context) ? [basename(IMAGE_CACHE)] : []),
  ]
  const recorded = context.facts
    .get(owned)
    .files.filter((path) => [IMAGES, INCOMING_IMAGES].includes(dirname(path)))
    .map((path) => basename(path))
  const old = [...new Set(recorded)].filter((name) => !wanted.includes(name.replace(/^\.(.*)\.part$/, '$1')))
  return old.map((name) => {
    const paths = [IMAGES, INCOMING_IMAGES].map((folder) => `${folder}/${name}`)
    return {
      kind: 'run',
      sign: '-',
      title: `${paths[name.endsWith('.part') ? 1 : 0]}, which this machine no longer needs`,
      timeoutMs: 60_000,
      script: sh`rm -f -- ${paths}
for path in ${paths}; do cvh_forget file "$path"; done`,
    }
  })
}

function size(bytes: number): string {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`
}
