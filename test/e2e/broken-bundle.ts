import { createHash } from 'node:crypto'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse, stringify } from 'yaml'
import { bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'

/** Copies the lab's bundle, with a K3s server that exits at once on `host`. Returns the path of the copy. */
export function brokenBundle(folder: string, host: string): string {
  const place = join(folder, `broken-${host}`)
  cpSync(join(folder, 'lab/shared/bin'), place, { recursive: true })
  const program = join(place, 'k3s')
  const text = readFileSync(program, 'utf8').replace(
    '\n',
    `\nif ( ( $ARGV[0] // "" ) eq "server" && \`hostname\` eq "${host}\\n" ) { print STDERR "level=fatal msg=\\"refused\\"\\n"; exit 1 }\n`,
  )
  writeFileSync(program, text)
  const path = join(place, 'bundle.lock.yaml')
  const lock = bundleLockSchema.parse(parse(readFileSync(path, 'utf8')))
  const sha256 = createHash('sha256').update(text).digest('hex')
  const files = lock.files.map((file) =>
    file.name === 'k3s' ? { ...file, size: Buffer.byteLength(text), sha256 } : file,
  )
  writeFileSync(path, stringify({ ...lock, files }))
  return place
}
