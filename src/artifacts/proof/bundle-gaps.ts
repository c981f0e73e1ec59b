import type { Artifact, ArtifactKind, BundleLock } from '../bundle-lock.ts'
import { bringing, type Gap } from './gap.ts'
import { type AskedImage, isFor, missingImages } from './missing-images.ts'

/** A machine, as far as it decides what its bundle must hold. */
export interface Machine {
  name: string
  role: 'driver' | 'worker' | 'registry'
  /** As `dpkg --print-architecture` prints it. Undefined before somebody has logged in. */
  architecture?: string | undefined
  /** ID and VERSION_ID of os-release(5), such as `ubuntu-22.04`. Undefined before somebody has logged in. */
  release?: string | undefined
  /** What apt will be asked for on it, where its packages come from the bundle. */
  packages: readonly WantedPackage[]
}

/** A package that a setting asks for; any of the names will do. */
export interface WantedPackage {
  names: readonly string[]
  by: string
}

/** Stands for a release that is not known before a login: ID and VERSION_ID of os-release(5), such as `ubuntu-22.04`. */
const RELEASE = 'ID-VERSION'

/** The programs that a machine runs by its role, and the line of bundle.yaml that brings each. */
const PROGRAMS: Readonly<Record<Machine['role'], readonly ArtifactKind[]>> = {
  driver: ['k3s', 'helm'],
  worker: ['k3s'],
  registry: ['registry'],
}
const WORDS: Readonly<Partial<Record<ArtifactKind, string>>> = {
  k3s: 'K3s',
  helm: 'Helm',
  registry: 'program of an image registry',
}

/**
 * All that a bundle lacks for these machines: programs for their processors, images that will be asked for, packages for
 * their releases. A machine whose processor is not known lacks only what the bundle has for no processor.
 */
export function bundleGaps(
  lock: BundleLock,
  machines: readonly Machine[],
  required: readonly AskedImage[],
): Gap[] {
  return merged(
    groups(machines, ({ architecture }) => architecture).flatMap(([architecture, group]) => {
      const files = lock.files.filter((file) => isFor(file, architecture))
      const nodes = group.filter(({ role }) => role !== 'registry')
      return [
        ...missingPrograms(lock, files, group, architecture),
        ...(nodes.length > 0 ? missingImages(lock, required, architecture) : []).map((gap) => ({
          ...gap,
          machines: names(nodes),
        })),
        ...missingPackages(files, group, architecture),
      ]
    }),
  )
}

function missingPrograms(
  { files: whole, version }: BundleLock,
  files: readonly Artifact[],
  machines: readonly Machine[],
  architecture: string | undefined,
): Gap[] {
  const has = whole.flatMap((file) => (file.kind === 'k3s' ? file.architecture : []))
  const all = [...new Set([...has, ...(architecture ? [architecture] : [])])]
  return groups(machines, ({ role }) => role).flatMap(([role, group]) =>
    PROGRAMS[role]
      .filter((kind) => !files.some((file) => file.kind === kind && isForRole(file, role)))
      .map((kind) => ({
        // before form 2 no bundle could have a registry, and the group registry changed nothing
        level: kind === 'registry' && version === 1 ? 'warning' : 'error',
        message: `the bundle has no ${WORDS[kind]}${architecture && whole.some((file) => file.kind === kind) ? ` for ${architecture}` : ''}`,
        hint: bringing(kind === 'registry' ? 'registry: v3.0.0' : `architectures: [${all.join(', ')}]`),
        machines: names(group),
      })),
  )
}

function isForRole({ roles }: Artifact, role: Machine['role']): boolean {
  return role === 'registry' || roles.includes(role)
}

function missingPackages(
  files: readonly Artifact[],
  machines: readonly Machine[],
  architecture: string | undefined,
): Gap[] {
  const asking = machines.filter(({ packages }) => packages.length > 0)
  return groups(asking, ({ release }) => release).flatMap(([release, group]) => {
    const repositories = files.filter(
      (file) => file.kind === 'packages' && (release === undefined || file.release === release),
    )
    const place = [release, architecture].filter(Boolean).join(' on ')
    if (repositories.length === 0)
      return {
        level: 'error' as const,
        message: `the bundle has no packages${place ? ` for ${place}` : ''}`,
        hint: bringing(`apt: [{release: ${release ?? RELEASE}}]`),
        machines: names(group),
      }
    const held = new Set(repositories.flatMap(({ packages = [] }) => packages.map(({ name }) => name)))
    return group.flatMap(({ name, packages }) =>
      packages
        .filter((wanted) => !wanted.names.some((each) => held.has(each)))
        .map((wanted) => ({
          level: 'error' as const,
          message: `the bundle's packages${place ? ` for ${place}` : ''} lack ${wanted.names.join(' or ')}, which ${wanted.by} asks for`,
          hint: bringing(`apt: [{release: ${release ?? RELEASE}, packages: [${wanted.names[0]}]}]`),
          machines: [name],
        })),
    )
  })
}

const names = (machines: readonly Machine[]) => machines.map(({ name }) => name)

function groups<K>(machines: readonly Machine[], key: (machine: Machine) => K): [K, Machine[]][] {
  const all = new Map<K, Machine[]>()
  for (const machine of machines) all.set(key(machine), [...(all.get(key(machine)) ?? []), machine])
  return [...all]
}

/** Puts the same gap of several machines together, in the order of the first ones. */
function merged(gaps: readonly Gap[]): Gap[] {
  const all = new Map<string, Gap>()
  for (const gap of gaps) {
    const known = all.get(gap.message)
    all.set(gap.message, { ...gap, machines: [...new Set([...(known?.machines ?? []), ...gap.machines])] })
  }
  return [...all.values()]
}
