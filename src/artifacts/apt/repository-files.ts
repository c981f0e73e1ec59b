import { createHash } from 'node:crypto'
import { createReadStream, mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { digest } from '../../digest.ts'
import { clearSign, publicKeyring } from './clear-sign.ts'
import { derivedKey } from './derived-key.ts'
import { renderStanza, type Stanza } from './stanza.ts'

/** A package in apt's folder of archives, with what apt knows about it. */
export interface DownloadedPackage {
  path: string
  stanza: Stanza
}

/** Fields that are ours to say, and one by which apt on some hosts would hold a package back. */
const NOT_KEPT = /^(Filename|Size|MD5sum|SHA1|SHA256|SHA512|Phased-Update-Percentage)$/i

/**
 * Makes a flat apt repository (DebianRepository/Format) in `folder`: `Packages`, `Release`, `InRelease`, the key that
 * signs it, and `pool` with links to the packages. The same packages give the same bytes: the key is made from the
 * index of packages, and dates are always the same. So the signature proves no more than that the repository is whole.
 * Who made it is proven by the bundle's lock, which has the digest of the archive; apt wants a signature all the same.
 */
export async function writeRepository(
  folder: string,
  packages: readonly DownloadedPackage[],
  about: { release: string; architecture: string },
): Promise<void> {
  mkdirSync(join(folder, 'pool'))
  const stanzas: string[] = []
  for (const { path, stanza } of packages) {
    const filename = poolName(stanza)
    const hash = createHash('sha256')
    await pipeline(createReadStream(path), hash)
    const own = { Filename: filename, Size: String(statSync(path).size), SHA256: hash.digest('hex') }
    const kept = [...stanza].filter(([name]) => !NOT_KEPT.test(name))
    stanzas.push(renderStanza([...kept, ...Object.entries(own)]))
    symlinkSync(path, join(folder, filename))
  }
  const index = `${stanzas.toSorted().join('\n')}\n`
  const release = releaseText(index, about)
  const key = derivedKey(index)
  const files = {
    Packages: index,
    Release: release,
    InRelease: clearSign(key, release),
    'key.gpg': publicKeyring(key),
  }
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content)
}

/** As in the archives of Debian, without the epoch of the version, whose colon means something else in addresses. */
function poolName(stanza: Stanza): string {
  const field = (name: string) => stanza.get(name) ?? ''
  return `pool/${field('Package')}_${field('Version').replace(/^\d+:/, '')}_${field('Architecture')}.deb`
}

function releaseText(
  index: string,
  { release, architecture }: { release: string; architecture: string },
): string {
  return `Origin: convecthub
Label: convecthub
Suite: ${release}
Architectures: ${architecture} all
Date: Mon, 01 Jan 2024 00:00:00 UTC
Description: packages of a bundle of convecthub, for ${release} (${architecture})
SHA256:
 ${digest(index)} ${Buffer.byteLength(index)} Packages
`
}
