import type { Artifact } from '../artifacts/bundle-lock.ts'
import type { Change, RunChange } from '../engine/change.ts'
import type { PlanContext } from '../engine/step.ts'
import { command } from '../facts/command.ts'
import type { Facts } from '../facts/fact.ts'
import { file } from '../facts/file.ts'
import { K3S } from '../layout.ts'
import { type Script, sh } from '../sh.ts'
import type { ImageArchive } from './image-archive.ts'
import { unitName } from './k3s-unit.ts'
import { hasSince } from './k3s-version.ts'

/** These import an archive that appears in the images folder while they run (K3s docs, import-images). */
const WATCHING = ['1.29.13', '1.30.9', '1.31.5', '1.32.0']

/** These pin what they import, so that the kubelet does not delete it when room gets scarce. */
const PINNING = ['1.26.13', '1.27.10', '1.28.6', '1.29.1']

/** These have containerd 2, whose `ctr images import` decompresses by itself. */
const CONTAINERD_2 = ['1.31.6', '1.32.2']

/** What containerd 2 can decompress. */
const BY_CONTAINERD_2 = ['gzip', 'zstd']

/** Programs that decompress archives with these endings: all kinds that K3s reads in its images folder. */
export const DECOMPRESSORS: readonly { program: string; ending: RegExp }[] = [
  { program: 'gzip', ending: /\.(gz|tgz)$/ },
  { program: 'zstd', ending: /\.(zst|tzst)$/ },
  { program: 'bzip2', ending: /\.(bz2|tbz)$/ },
  { program: 'lz4', ending: /\.lz4$/ },
]

/** The labels that K3s gives the images that it imports. It removes them when it starts, and imports its folder anew. */
const PINNED = 'io.cri-containerd.pinned=pinned'
const PIN = ['io.cattle.k3s.pinned=pinned', PINNED]

/** How much an archive grows in containerd: its layers as they are, and unpacked. Estimates on the safe side. */
export const GROWTH = { plain: 3, compressed: 6 }

/** How fast the slowest disk takes what an archive grows to. */
const IMPORT_BYTES_PER_MS = 10_000

/** Nothing is waited for longer, ms. */
export const LONGEST_MS = 3_600_000

/** The program that decompresses an archive; undefined for a plain .tar. */
export function decompressorOf({ name }: Artifact): string | undefined {
  return DECOMPRESSORS.find(({ ending }) => ending.test(name))?.program
}

/** What an archive's images need in containerd, bytes. */
export function importedBytes(artifact: Artifact): number {
  return artifact.size * (decompressorOf(artifact) ? GROWTH.compressed : GROWTH.plain)
}

/** Whether this version of K3s pins the images that it imports. */
export const isPinning = (version: string) => hasSince(version, PINNING)

/**
 * Whether a running K3s imports the archive when it is moved into its folder. It reliably notices only names that are
 * new there, and tells nobody when it is done: then the store must have the archive's digests.
 */
export function importsByItself({ artifact, path }: ImageArchive, version: string, facts: Facts): boolean {
  const { images = [] } = artifact
  const isExact = images.length > 0 && images.every(({ digest }) => digest)
  return isExact && hasSince(version, WATCHING) && !facts.get(file(path))
}

/** How to import the file $archive; undefined when neither this K3s nor the host can decompress it. */
export function readerOf({ artifact }: ImageArchive, version: string, facts: Facts): Script | undefined {
  const program = decompressorOf(artifact)
  if (program && facts.get(command(program)))
    return sh`${program} -dc "$archive" | ${K3S} ctr -n k8s.io images import -`
  const reads = !program || (BY_CONTAINERD_2.includes(program) && hasSince(version, CONTAINERD_2))
  return reads ? IMPORT : undefined
}

const IMPORT = sh`${K3S} ctr -n k8s.io images import "$archive"`

/** Gives a running K3s the images of a staged archive, and moves it to where later starts find it. */
export function bringIn(archive: ImageArchive, version: string, context: PlanContext): Change[] {
  if (importsByItself(archive, version, context.facts))
    return [keepArchive(archive, context.facts), waitImported(archive, context)]
  return [
    ...importFrom(archive.staged, archive, version, context.facts),
    // last, so that the next run notices an import that was interrupted
    keepArchive(archive, context.facts),
  ]
}

/** Imports an archive once more, since its images `lacking` are gone from the store, or others have their names. */
export function importAgain(
  archive: ImageArchive,
  lacking: readonly string[],
  version: string,
  facts: Facts,
): Change[] {
  const more = lacking.length > 1 ? ` and ${lacking.length - 1} more` : ''
  return importFrom(archive.path, archive, version, facts, `, since K3s lacks ${lacking[0]}${more}`)
}

function importFrom(
  from: string,
  archive: ImageArchive,
  version: string,
  facts: Facts,
  why = '',
): RunChange[] {
  const names = (archive.artifact.images ?? []).map(({ name }) => name)
  return [
    {
      kind: 'run',
      sign: '!',
      title: `import the images of ${archive.path}${why}`,
      timeoutMs: importMs(archive.artifact),
      durable: true,
      // without a reader preflight has found an error, which somebody chose to ignore
      script: sh`archive=${from}
${readerOf(archive, version, facts) ?? IMPORT}`,
    },
    // containerd does not promise that images which were there keep their labels
    ...(isPinning(version) && names.length > 0 ? [pinImages(archive, names)] : []),
  ]
}

/** How long an import may take, ms. */
function importMs(artifact: Artifact): number {
  return Math.min(LONGEST_MS, 120_000 + Math.ceil(importedBytes(artifact) / IMPORT_BYTES_PER_MS))
}

/** Pins images as K3s does. */
export function pinImages({ path }: ImageArchive, names: readonly string[]): RunChange {
  return {
    kind: 'run',
    sign: '!',
    title: `pin the images of ${path}, so that the kubelet does not delete them`,
    timeoutMs: 120_000,
    script: sh`for image in ${[...names]}; do
  timeout 60 ${K3S} ctr -n k8s.io images label "$image" ${PIN} >/dev/null || exit
done`,
  }
}

/** Moves a staged archive to its place. */
export function keepArchive({ artifact, path, staged }: ImageArchive, facts: Facts): RunChange {
  return {
    kind: 'run',
    sign: facts.get(file(path)) ? '~' : '+',
    title: `keep ${path} for later starts`,
    timeoutMs: 60_000,
    script: sh`cvh_record file ${path}
mv -f ${staged} ${path}
cvh_forget file ${staged}
cvh_keep_digest ${artifact.sha256} ${path}`,
  }
}

/** Waits until a K3s that watches its folder has imported and pinned an archive. */
function waitImported({ artifact, path }: ImageArchive, { host }: PlanContext): Change {
  const wanted = (artifact.images ?? []).map(({ name, digest }) => `${name} ${digest}`)
  return {
    kind: 'wait',
    sign: '!',
    title: `wait until K3s has imported ${path}`,
    timeoutMs: importMs(artifact),
    // an image of several platforms has the digest of its index there, which the lock does not tell
    until: sh`listed=$(timeout 30 ${K3S} ctr -n k8s.io images ls) || exit
for image in ${wanted}; do
  printf '%s\n' "$listed" | grep -F -- "\${image% *} " | grep -E "\${image#* }|\.(index|list)\." | grep -qF ${PINNED} || {
    echo "not imported yet: \${image% *}"
    exit 1
  }
done`,
    evidence: sh`journalctl -q --no-pager -o cat -n 2000 -u ${unitName(host)} | grep -F ${path} | tail -n 8`,
  }
}
