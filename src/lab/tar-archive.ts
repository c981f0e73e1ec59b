import { packTar } from 'modern-tar'

/** Makes a reproducible tar archive of plain files, without times and owners. */
export async function tarArchive(files: Readonly<Record<string, string | Buffer>>): Promise<Buffer> {
  const mtime = new Date(0)
  const entries = Object.entries(files).map(([name, content]) => {
    const body = Buffer.from(content)
    return { header: { name, size: body.length, mtime }, body }
  })
  return Buffer.from(await packTar(entries))
}
