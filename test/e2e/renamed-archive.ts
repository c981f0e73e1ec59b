import { cpSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'

/** Copies the lab's bundle, where the archive of the hub's images has another name. Returns the path of the copy. */
export function renamedArchive(folder: string, name: string): string {
  const place = join(folder, `with-${name}`)
  cpSync(join(folder, 'lab/shared/bin'), place, { recursive: true })
  const path = join(place, 'bundle.lock.yaml')
  const lock = bundleLockSchema.parse(parse(readFileSync(path, 'utf8')))
  const files = lock.files.map((file) => {
    if (!file.name.includes('jupyterhub-images')) return file
    renameSync(join(place, file.name), join(place, 'images', name))
    return { ...file, name: `images/${name}` }
  })
  writeFileSync(path, stringify({ ...lock, files }))
  return place
}
