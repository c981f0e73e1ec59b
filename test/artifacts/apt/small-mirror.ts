import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { clearSign, publicKeyring } from '../../../src/artifacts/apt/clear-sign.ts'
import { derivedKey } from '../../../src/artifacts/apt/derived-key.ts'

/** Fields of a package's control file besides its name and version 1.0, such as Depends. */
export type Fields = Readonly<Record<string, string>>

/** The key of these mirrors. */
export const MIRROR_KEY = derivedKey('small mirror')

/** Builds a package that holds one file, or `files` by their paths, and returns its stanza of an index of packages. */
export function buildPackage(
  folder: string,
  name: string,
  fields: Fields = {},
  files: Readonly<Record<string, string>> = {},
): string {
  const root = join(folder, 'root')
  const control = { Version: '1.0', Architecture: 'all', Maintainer: 'nobody <n@example.invalid>', ...fields }
  const text = Object.entries({ Package: name, ...control, Description: 'for a test' })
    .map(([field, value]) => `${field}: ${value}\n`)
    .join('')
  const all = { 'DEBIAN/control': text, [`usr/share/small/${name}`]: control.Version, ...files }
  for (const [path, content] of Object.entries(all)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content, { mode: content.startsWith('#!') ? 0o755 : 0o644 })
  }
  const file = `pool/${name}_${control.Version.replace(/^\d+:/, '')}.deb`
  mkdirSync(join(folder, 'pool'), { recursive: true })
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-b', root, join(folder, file)], {
    stdio: 'pipe',
  })
  rmSync(root, { recursive: true })
  return `${text}Filename: ${file}\nSize: ${statSync(join(folder, file)).size}\nSHA256: ${sha256(readFileSync(join(folder, file)))}\n`
}

/** Writes a suite with one component of packages, signed. */
export function writeSuite(
  folder: string,
  suite: string,
  stanzas: readonly string[],
  architecture = 'amd64',
) {
  const index = stanzas.map((stanza) => `${stanza}\n`).join('')
  const path = `main/binary-${architecture}/Packages`
  const write = (name: string, content: string | Buffer) => {
    mkdirSync(dirname(join(folder, 'dists', suite, name)), { recursive: true })
    writeFileSync(join(folder, 'dists', suite, name), content)
  }
  write(path, index)
  const release = `Suite: ${suite}
Codename: ${suite}
Components: main
Architectures: ${architecture}
Date: Wed, 01 Jan 2025 00:00:00 UTC
SHA256:
 ${sha256(index)} ${index.length} ${path}
`
  write('InRelease', clearSign(MIRROR_KEY, release))
  writeFileSync(join(folder, 'key.gpg'), publicKeyring(MIRROR_KEY))
}

/** Serves a folder by http. `asked` are the paths of all requests. */
export async function serve(folder: string): Promise<{ url: string; asked: string[]; server: Server }> {
  const asked: string[] = []
  const server = createServer(({ url = '' }, response) => {
    const path = decodeURIComponent(url)
    asked.push(path)
    try {
      response.end(readFileSync(join(folder, path)))
    } catch {
      response.writeHead(404).end()
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked, server }
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
