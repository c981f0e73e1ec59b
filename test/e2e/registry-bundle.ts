import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { type Artifact, bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { digest } from '../../src/digest.ts'
import { ociArchive, type TestImage } from '../helpers/oci-archive.ts'

/** The program of the CNCF as Debian has it. */
const PROGRAM = '/usr/bin/docker-registry'

/** Copies the lab's bundle to a folder called `name`, with a registry program and an archive for each of these images. */
export async function registryBundle(
  folder: string,
  name: string,
  images: readonly TestImage[],
): Promise<string> {
  const place = join(folder, name)
  cpSync(join(folder, 'lab/shared/bin'), place, { recursive: true })
  const path = join(place, 'bundle.lock.yaml')
  const lock = bundleLockSchema.parse(parse(readFileSync(path, 'utf8')))
  const program = readFileSync(PROGRAM)
  const more: Artifact[] = [
    {
      name: 'registry-amd64',
      kind: 'registry',
      size: program.length,
      sha256: digest(program),
      architecture: 'amd64',
      roles: ['driver', 'worker'],
      version: 'v2.8.2',
    },
  ]
  writeFileSync(join(place, 'registry-amd64'), program, { mode: 0o755 })
  mkdirSync(join(place, 'images'), { recursive: true })
  for (const image of images) {
    const { artifact, content } = await ociArchive(image)
    writeFileSync(join(place, artifact.name), content)
    more.push(artifact)
  }
  writeFileSync(path, stringify({ ...lock, version: 2, files: [...lock.files, ...more] }))
  return place
}
