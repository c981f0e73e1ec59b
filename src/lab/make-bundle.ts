import { existsSync, readFileSync, statSync } from 'node:fs'
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { stringify } from 'yaml'
import { bundleKind } from '../artifacts/bundle-kind.ts'
import { type Artifact, BUNDLE_LOCK, bundleLockSchema, LOCK_VERSION } from '../artifacts/bundle-lock.ts'
import { fullImageName } from '../artifacts/images/image-name.ts'
import { localArchitecture } from '../artifacts/local-architecture.ts'
import { digest } from '../digest.ts'
import { ConvecthubError } from '../errors.ts'
import type { Emit } from './emit.ts'
import { CHART_VERSION, chartPackage } from './stand-in-chart.ts'
import { HUB_IMAGES, imageArchive, ociArchive, SYSTEM_IMAGES } from './stand-in-images.ts'
import { DEFAULT_K3S_VERSION, HELM_VERSION, standInHelm, standInK3s } from './stand-in-programs.ts'

type BundleFile = Omit<Artifact, 'size' | 'sha256'> & { content: string | Buffer }

/** More than any file of a stand-in, bytes. */
const LARGEST = 1024 * 1024

/**
 * Writes a stand-in bundle: small programs that behave like K3s and Helm as far as convecthub needs, and say "stand-in"
 * in their versions. The lock file is written last, so a killed call leaves no bundle that looks complete. Error:
 * FILE_EXISTS instead of writing over a file that is no stand-in.
 */
export async function makeBundle(folder: string, k3sVersion: string | undefined, emit: Emit): Promise<void> {
  const files = await bundleFiles(k3sVersion ?? DEFAULT_K3S_VERSION)
  const taken = files
    .map(({ name }) => join(folder, name))
    .find((path) => existsSync(path) && !isStandIn(path))
  if (taken !== undefined || bundleKind(folder) === 'real')
    throw new ConvecthubError(
      'FILE_EXISTS',
      `${taken ?? join(folder, BUNDLE_LOCK)} is there already, and no stand-in`,
      {
        hint: 'name another folder: convecthub lab bundle FOLDER',
      },
    )
  for (const { name, content, kind } of files) {
    const path = join(folder, name)
    await mkdir(dirname(path), { recursive: true })
    await writeFile(`${path}.new`, content)
    if (kind === 'k3s' || kind === 'helm') await chmod(`${path}.new`, 0o755)
    await rename(`${path}.new`, path)
  }
  const lock = bundleLockSchema.parse({
    version: LOCK_VERSION,
    description: 'stand-in: programs of the lab that imitate K3s, Helm and JupyterHub; not for real use',
    standIn: true,
    files: files.map(describe),
  })
  await writeFile(join(folder, BUNDLE_LOCK), stringify(lock, { lineWidth: 0 }))
  emit(`wrote a stand-in bundle of ${files.length} files to ${resolve(folder)}`)
}

async function bundleFiles(k3sVersion: string): Promise<BundleFile[]> {
  const architecture = localArchitecture() ?? 'amd64'
  // K3s uses another architecture name for its 32-bit ARM archive than for its program
  const suffix = architecture === 'armhf' ? 'arm' : architecture
  const both: Artifact['roles'] = ['driver', 'worker']
  const images = { kind: 'images', architecture, roles: both } as const
  return [
    {
      name: 'k3s',
      kind: 'k3s',
      architecture,
      roles: both,
      version: k3sVersion,
      content: standInK3s(k3sVersion),
    },
    {
      name: `images/k3s-airgap-images-${suffix}.tar`,
      ...images,
      ...(await imageArchive(SYSTEM_IMAGES, architecture)),
    },
    {
      name: `images/jupyterhub-images-${suffix}.tar`,
      ...images,
      ...(await ociArchive(HUB_IMAGES, architecture)),
    },
    {
      name: 'helm',
      kind: 'helm',
      architecture,
      roles: ['driver'],
      version: HELM_VERSION,
      content: standInHelm(),
    },
    {
      name: `charts/jupyterhub-${CHART_VERSION}.tgz`,
      kind: 'chart',
      architecture: 'all',
      roles: ['driver'],
      version: CHART_VERSION,
      content: await chartPackage(),
    },
    {
      name: 'sources/k3s-images.txt',
      kind: 'source',
      architecture: 'all',
      roles: [],
      content: ['# of the stand-in', ...SYSTEM_IMAGES.map(fullImageName), ''].join('\n'),
    },
  ]
}

function describe({ content, ...file }: BundleFile): Artifact {
  const data = Buffer.from(content)
  return { ...file, size: data.length, sha256: digest(data) }
}

/** Whether a file was made by this: each says that it is a stand-in, a chart once it is unpacked. */
function isStandIn(path: string): boolean {
  if (statSync(path).size > LARGEST) return false
  const content = readFileSync(path)
  return (path.endsWith('.tgz') ? unpacked(content) : content).includes('stand-in')
}

function unpacked(content: Buffer): Buffer {
  try {
    return gunzipSync(content, { maxOutputLength: LARGEST })
  } catch {
    return content
  }
}
