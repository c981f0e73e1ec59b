import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { writeRepository } from '../../src/artifacts/apt/repository-files.ts'
import { parseStanzas } from '../../src/artifacts/apt/stanza.ts'
import { type Artifact, bundleLockSchema } from '../../src/artifacts/bundle-lock.ts'
import { buildPackage } from '../artifacts/apt/small-mirror.ts'

const MIRROR = fileURLToPath(new URL('docker-mirror/', import.meta.url))

/**
 * Puts an archive of packages for a release, such as `debian-12`, into the lab's bundle in place of an older one: the
 * docker-ce of docker-mirror, and packages with these names that hold one file each.
 */
export async function bundlePackages(lab: string, release: string, names: readonly string[]): Promise<void> {
  const bundle = join(lab, 'lab/shared/bin')
  const work = mkdtempSync(join(tmpdir(), 'convecthub-packages-'))
  try {
    const index = names.map((name) => buildPackage(work, name))
    const packages = [
      ...parseStanzas(index.join('\n')).map((stanza) => ({
        path: join(work, stanza.get('Filename') ?? ''),
        stanza,
      })),
      ...parseStanzas(readFileSync(join(MIRROR, 'Packages'), 'utf8')).map((stanza) => ({
        path: join(MIRROR, 'docker-ce.deb'),
        stanza,
      })),
    ]
    const made = join(work, 'made')
    mkdirSync(made)
    const architecture = execFileSync('dpkg', ['--print-architecture'], { encoding: 'utf8' }).trim()
    await writeRepository(made, packages, { release, architecture })
    mkdirSync(join(bundle, 'packages'), { recursive: true })
    const name = `packages/${release}-${architecture}.tar`
    execFileSync('tar', ['-chf', join(bundle, name), '-C', made, ...readdirSync(made)])
    const data = readFileSync(join(bundle, name))
    const path = join(bundle, 'bundle.lock.yaml')
    const lock = bundleLockSchema.parse(parse(readFileSync(path, 'utf8')))
    const entry: Artifact = {
      name,
      size: data.length,
      sha256: createHash('sha256').update(data).digest('hex'),
      kind: 'packages',
      architecture: architecture as Artifact['architecture'],
      roles: ['driver', 'worker'],
      release,
      packages: ['docker-ce', ...names].map((each) => ({ name: each, version: '1.0' })),
    }
    const files = [...lock.files.filter(({ kind }) => kind !== 'packages'), entry]
    writeFileSync(path, stringify({ ...lock, version: 2, files }))
  } finally {
    rmSync(work, { recursive: true })
  }
}
