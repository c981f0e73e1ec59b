import { randomBytes } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Artifact, bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { digest } from '../../src/digest.ts'
import { imageArchive } from '../../src/lab/stand-in-images.ts'
import { tarArchive } from '../../src/lab/tar-archive.ts'

/** Copies the lab's bundle, with an image archive of this many random bytes. Returns the path of the copy. */
export async function bigBundle(folder: string, size: number): Promise<string> {
  const place = join(folder, 'big')
  cpSync(join(folder, 'lab/shared/bin'), place, { recursive: true })
  const path = join(place, 'bundle.lock.yaml')
  const lock = bundleLockSchema.parse(parse(readFileSync(path, 'utf8')))
  const like = lock.files.find(({ kind }) => kind === 'images') as Artifact
  const { content: archive } = await imageArchive(['stand-in.invalid/big:1'], like.architecture)
  const content = Buffer.concat([archive.subarray(0, -1024), await tarArchive({ random: randomBytes(size) })])
  const { images: _, ...rest } = like
  const big: Artifact = { ...rest, name: 'images/big.tar', size: content.length, sha256: digest(content) }
  writeFileSync(join(place, big.name), content)
  writeFileSync(path, stringify({ ...lock, files: [...lock.files, big] }))
  return place
}
