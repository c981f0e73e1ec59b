import { rmSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { ConvecthubError } from '../../errors.ts'
import { quote } from '../../sh.ts'
import type { Artifact } from '../bundle-lock.ts'
import { fileDigest } from '../file-digest.ts'
import type { ImageArchitecture } from '../images/image-manifest.ts'
import { imageSize, pullImage } from '../images/pull-image.ts'
import { resolveImage } from '../images/resolve-image.ts'
import { chartInIndex } from './chart-index.ts'
import { checksumIn } from './checksums.ts'
import { namesIn } from './names-in.ts'
import { K3S_IMAGES, type PullItem } from './pull-items.ts'
import type { PullWork } from './pull-work.ts'
import { unpackProgram } from './unpack-program.ts'

/** What was learnt about an item: it is there, or this fetches it. */
export type Looked = { artifact: Artifact } | { fetch: () => Promise<Artifact> }

/** Finds the other items that an item depends on, by their names. */
export type Others = (name: string) => Promise<Artifact>

/** What a way makes of an item: all that the item itself does not say. */
type Made = Pick<Artifact, 'size' | 'sha256'> & Partial<Pick<Artifact, 'images' | 'packages'>>
type Look = (item: PullItem, work: PullWork, others: Others) => Promise<Made | (() => Promise<Made>)>

/**
 * Looks whether an item is there and right, and else how it is fetched; asks servers only for what is short. Errors:
 * BUNDLE_SOURCE, and those of Http and resolveImage.
 */
export async function lookAtItem(item: PullItem, work: PullWork, others: Others): Promise<Looked> {
  const known = work.journal.get(item.name) ?? work.pinned.get(item.name)
  if (known && isFor(item, known) && (await work.find(item.name, known.sha256))) return { artifact: known }
  const looked = await LOOKS[item.way](item, work, others)
  if (typeof looked !== 'function') return { artifact: artifactOf(item, looked) }
  return {
    fetch: async () => {
      const artifact = artifactOf(item, await looked())
      refuseOther(item, work, artifact.sha256)
      work.journal.add(artifact)
      return artifact
    },
  }
}

/** Whether a file of a lock is what an item asks for. */
export function isFor(item: PullItem, artifact: Artifact): boolean {
  return (['name', 'kind', 'architecture', 'version', 'from', 'gpu', 'release'] as const).every(
    (field) => item[field] === artifact[field],
  )
}

const LOOKS: Readonly<Record<PullItem['way'], Look>> = {
  file: async (item, work, others) => {
    const { name, from } = item
    const pin = work.pinned.get(name)
    const sha256 = pin?.sha256 ?? (await checksum(item, work, others))
    const held = async (): Promise<Pick<Made, 'images'>> => {
      if (item.kind !== 'images') return {}
      const names = await namesIn(await others(K3S_IMAGES), work)
      return { images: names.map((each) => ({ name: each })) }
    }
    const there = sha256 && (await work.find(name, sha256))
    if (there) return { size: statSync(there).size, sha256, ...(await held()) }
    return async () => {
      const path = work.staged(name)
      const expected = pin ? { sha256: pin.sha256, size: pin.size } : { ...(sha256 && { sha256 }) }
      await work.download(item, from, path, expected).catch((error) => {
        if (error.code === 'DOWNLOAD_DIGEST') forgetList(item, work)
        throw pin && error.code === 'DOWNLOAD_DIGEST' ? other(item, work, error.message) : error
      })
      return { ...(await sizeAndDigest(path)), ...(await held()) }
    }
  },

  program: async (item, work, others) => {
    const { name, from, member = '', checkedBy = '' } = item
    const sha256 = await checksum(item, work, others)
    const old = work.old.get(name)
    const sums = await others(checkedBy)
    // the same archive has the same program in it
    const same = old && isFor(item, old) && work.old.get(checkedBy)?.sha256 === sums.sha256
    if (same && (await work.find(name, old.sha256))) return { size: old.size, sha256: old.sha256 }
    return async () => {
      const archive = work.archive(item)
      await work.download(item, from, archive, { ...(sha256 && { sha256 }) }).catch((error) => {
        if (error.code === 'DOWNLOAD_DIGEST') forgetList(item, work)
        throw error
      })
      const path = work.staged(name)
      if (!(await unpackProgram(archive, member, path)))
        throw new ConvecthubError('BUNDLE_SOURCE', `${from} has no program ${member} in it`, {
          hint: 'compare the archive with that of its publisher; a mirror may have another',
        })
      rmSync(archive)
      return sizeAndDigest(path)
    }
  },

  chart: async (item, work) => {
    const { name, from } = item
    const { body } = await work.http.get(from)
    const { url, sha256 } = chartInIndex(body.toString(), from, work.spec.chart)
    refuseOther(item, work, sha256)
    const there = await work.find(name, sha256)
    if (there) return { size: statSync(there).size, sha256 }
    return async () => {
      await work.download(item, url, work.staged(name), { sha256 })
      return sizeAndDigest(work.staged(name))
    }
  },

  image: async (item, work) => {
    const { name, from } = item
    const pin = work.pinned.get(name)?.images?.[0]?.digest
    const resolved = await resolveImage(from, item.architecture as ImageArchitecture, work.registries, pin)
    const old = work.old.get(name)
    if (old?.images?.[0]?.digest === resolved.digest && (await work.find(name, old.sha256))) return old
    work.emit({ event: 'size', name, size: imageSize(resolved) })
    return async () => {
      const onBytes = (count: number) => work.emit({ event: 'bytes', name, count })
      const { image, size, sha256 } = await pullImage(resolved, work.staged(name), work.fetchBlob, onBytes)
      return { size, sha256, images: [image] }
    }
  },

  packages: async (item, work) => {
    const { name } = item
    const old = work.old.get(name)
    const there = old && isFor(item, old) && (await work.find(name, old.sha256))
    if (there && isDeepStrictEqual(await item.wouldHold?.(), old.packages)) return old
    return async () => {
      const path = work.staged(name)
      const packages = await item.make?.(path, work.pinned.get(name)?.packages)
      return { ...(await sizeAndDigest(path)), ...(packages && { packages: [...packages] }) }
    }
  },
}

/** A list that does not fit the files may be another page, such as that of a login: the next pull fetches it again. */
function forgetList({ checkedBy }: PullItem, work: PullWork): void {
  if (checkedBy !== undefined) work.journal.forget(checkedBy)
}

/** The sha256 of what lies at an item's address, by the list of its publisher; undefined where there is no list. */
async function checksum(item: PullItem, work: PullWork, others: Others): Promise<string | undefined> {
  const { checkedBy, from } = item
  if (checkedBy === undefined) return undefined
  const list = await others(checkedBy)
  const file = posix.basename(from)
  const sha256 = checksumIn(await work.text(list), file)
  if (sha256) return sha256
  forgetList(item, work)
  throw new ConvecthubError('BUNDLE_SOURCE', `${list.from} does not list ${file}`, {
    hint: 'look at the list with a browser; where a mirror answers, compare it with that of the publisher',
  })
}

async function sizeAndDigest(path: string): Promise<Made> {
  return { size: statSync(path).size, sha256: await fileDigest(path) }
}

/** Fields in the order of the schema, so that equal locks have equal texts. */
function artifactOf(item: PullItem, { size, sha256, images, packages }: Made): Artifact {
  const { name, kind, architecture, roles, version, gpu, release, from } = item
  return {
    ...{ name, size, sha256, kind, architecture, roles },
    ...(version !== undefined && { version }),
    ...(images && { images }),
    ...(gpu && { gpu }),
    ...(release !== undefined && { release }),
    ...(packages && { packages }),
    from,
  }
}

/** Error: BUNDLE_SOURCE where the lock, which is to stay as it is, has another digest. */
function refuseOther(item: PullItem, work: PullWork, sha256: string): void {
  const pin = work.pinned.get(item.name)
  if (pin && pin.sha256 !== sha256)
    throw other(item, work, `in the lock: ${pin.sha256}\nthere now:   ${sha256}`)
}

function other({ name, from }: PullItem, { folder }: PullWork, evidence: string): ConvecthubError {
  return new ConvecthubError(
    'BUNDLE_SOURCE',
    `${name} from ${from} is not the one that bundle.lock.yaml holds`,
    {
      evidence,
      hint: `ask its publisher why; where the new one is what you want: convecthub bundle pull ${quote(folder)} --update`,
    },
  )
}
