import { statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { oneLine } from '../printable.ts'
import { quote } from '../sh.ts'
import { type Artifact, artifactSchema } from './bundle-lock.ts'
import type { Named } from './bundle-names.ts'
import { chartIn } from './images/chart-in.ts'
import { type ArchiveContent, imagesIn } from './images/images-in.ts'
import { k3sVersionsIn } from './k3s-versions-in.ts'
import { programArchitecture } from './program-architecture.ts'

/** What was found about a file: how the lock describes it, or why it is not in there. `doubt`: what could not be known. */
export type Described = { artifact: Artifact; doubt?: string } | { ignored: string }

/** The only chart that is deployed. */
const CHART = 'jupyterhub'

/**
 * Looks into a file of a bundle: archives tell their images, a chart its version, K3s its version, programs their
 * architecture. `versions` are those that the caller knows, by kind. Errors: BUNDLE_FILE, ARCHIVE.
 */
export async function describeFile(
  folder: string,
  { name, sha256 }: Pick<Artifact, 'name' | 'sha256'>,
  named: Named,
  versions: Readonly<Record<string, string | undefined>>,
): Promise<Described> {
  const path = join(folder, name)
  if (!artifactSchema.shape.name.safeParse(name).success)
    throw new ConvecthubError(
      'BUNDLE_FILE',
      `${path}: its name has other characters than A-Z a-z 0-9 . _ + @ -`,
      { hint: `rename it: mv ${quote(path)} ${quote(join(folder, name.replace(/[^\w.+@/-]+/g, '-')))}` },
    )
  const { kind, roles, architecture } = named
  const { size } = statSync(path)
  if (size === 0 && kind !== 'source')
    throw new ConvecthubError('BUNDLE_FILE', `${path} is empty`, { hint: 'fetch it again, or remove it' })
  const known = { name, size, sha256, roles }
  const program = async (version: string | undefined): Promise<Described> => ({
    artifact: {
      ...known,
      kind,
      architecture: builtFor(path) ?? architecture,
      ...(version && { version }),
    },
  })
  switch (kind) {
    case 'k3s':
      return program(await k3sVersion(path, versions.k3s))
    case 'helm':
    case 'registry':
      return program(versions[kind])
    case 'images':
    case 'chart':
      return describeArchive(path, known, architecture)
    default:
      return { artifact: { ...known, kind, architecture } }
  }
}

/** The architecture of a program; undefined for a script. Error: BUNDLE_FILE for one that no machine of K3s has. */
function builtFor(path: string): Artifact['architecture'] | undefined {
  const found = programArchitecture(path)
  if (found === undefined) return undefined
  const { success, data } = artifactSchema.shape.architecture.safeParse(found)
  if (success) return data
  throw new ConvecthubError('BUNDLE_FILE', `${path} is a program for ${found}`, {
    hint: 'K3s runs on amd64, arm64 and armhf: fetch the one for your machines',
  })
}

/** The version that a K3s program names. `given` must be it. Error: BUNDLE_FILE. */
async function k3sVersion(path: string, given: string | undefined): Promise<string> {
  const found = await k3sVersionsIn(path)
  const [only] = found.size === 1 ? found : []
  const version = given ?? only
  if (version !== undefined && (found.size === 0 || found.has(version))) return version
  const told = [...found].join(', ')
  throw version === undefined
    ? new ConvecthubError('BUNDLE_FILE', `${path} does not tell its version${told && `: it names ${told}`}`, {
        hint: 'name it: --k3s VERSION; k3s --version shows it',
      })
    : new ConvecthubError('BUNDLE_FILE', `${path} is K3s ${told}, not ${version}`, {
        hint: `correct --k3s, or leave it out: the version is read from the program`,
      })
}

/** A .tgz may be a chart or an archive of images, whatever it is called. */
async function describeArchive(
  path: string,
  known: Pick<Artifact, 'name' | 'size' | 'sha256' | 'roles'>,
  byName: Artifact['architecture'],
): Promise<Described> {
  const chart = /\.tgz$/.test(path) ? await chartIn(path) : undefined
  if (chart && chart.name !== CHART) return { ignored: `it is the chart ${chart.name}; ${CHART} is deployed` }
  if (chart) {
    const { version } = chart
    return { artifact: { ...known, kind: 'chart', architecture: 'all', roles: ['driver'], version } }
  }
  const content = await imagesIn(path)
  if (content.kind === 'no-images') return { ignored: 'it holds neither images nor a chart' }
  const artifact: Artifact = { ...known, kind: 'images', architecture: byName, roles: ['driver', 'worker'] }
  if (content.kind === 'unknown')
    return { artifact, doubt: `${basename(path)}: its images are not known, for ${content.why}` }
  const [called] = content.nameless
  return {
    artifact: { ...artifact, architecture: architectureIn(content, byName), images: [...content.images] },
    ...(called !== undefined && {
      doubt: `${basename(path)} calls an image ${oneLine(called)}: without a full name, such as docker.io/library/app:1, no machine finds it`,
    }),
  }
}

/** The architecture of the images where they have only one; else the one that the name says. */
function architectureIn(
  { architectures }: Extract<ArchiveContent, { kind: 'images' }>,
  byName: Artifact['architecture'],
): Artifact['architecture'] {
  const [only, ...others] = architectures
  const known = artifactSchema.shape.architecture.safeParse(only)
  return known.success && others.length === 0 ? known.data : byName
}
