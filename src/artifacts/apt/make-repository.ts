import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import type { AptSpec } from '../bundle-spec.ts'
import { runCommand } from '../run-command.ts'
import type { Http } from '../sources/http.ts'
import { type AptRoot, type AptSettings, keptSettings, makeAptRoot } from './apt-root.ts'
import { askApt, type Chosen, download, type Fetched, type WantedPackage } from './ask-apt.ts'
import { RELEASES, type Release, releaseOf } from './releases.ts'
import { type DownloadedPackage, writeRepository } from './repository-files.ts'
import { fetchKey } from './source-key.ts'
import { parseStanzas } from './stanza.ts'

export interface RepositoryOptions {
  /** Where bundle.yaml is; key files are named from there. */
  folder: string
  /** Where packages and their lists are kept until the pull is done, so that one that was stopped goes on. */
  scratch: string
  http: Http
  /** The packages that hosts of a release may need, besides those that bundle.yaml names. */
  wanted(release: { id: string; kernels: readonly string[] }): readonly WantedPackage[]
  /** Versions of an earlier pull, which are chosen again where the mirror still has them. */
  locked?: readonly HeldPackage[]
  /** The address to ask instead of another, as `mirrors` of bundle.yaml has it. */
  address?(uri: string): string
  /** A file with certificates of authorities that are trusted besides the computer's own. */
  ca?: string
}

export interface HeldPackage {
  name: string
  version: string
}

/**
 * Makes a tar archive with an apt repository for one release and architecture: all that convecthub's steps and
 * `packages` of bundle.yaml need beyond a minimal install. apt on this computer chooses and fetches the packages and
 * checks their signatures. Returns what the archive holds. The same packages give the same bytes. Errors: APT_RELEASE,
 * APT_TOOLS, APT_SOURCE_KEY, APT_FAILED, APT_PACKAGE, and those of Http for keys.
 */
export function makeRepository(
  spec: AptSpec,
  architecture: string,
  path: string,
  options: RepositoryOptions,
): Promise<readonly HeldPackage[]> {
  return withApt(spec, architecture, options, async ({ root, chosen, archives }) => {
    await download(root, chosen.names)
    const made = join(root.folder, 'repository')
    mkdirSync(made)
    const described = await describe(root, chosen.packages, archives)
    await writeRepository(made, described, { release: spec.release, architecture })
    await pack(made, path)
    rmSync(archives, { recursive: true })
    return heldIn(chosen)
  })
}

/** What makeRepository would make, as the mirror is now: fetches no packages, only the lists of them. Errors: the same. */
export function wouldHold(
  spec: AptSpec,
  architecture: string,
  options: RepositoryOptions,
): Promise<readonly HeldPackage[]> {
  return withApt(spec, architecture, options, async ({ chosen }) => heldIn(chosen))
}

interface AptWork {
  root: AptRoot
  chosen: Chosen
  /** Where packages are kept. */
  archives: string
}

/** Lets apt choose the packages; it is there while `act` works. */
async function withApt<T>(
  spec: AptSpec,
  architecture: string,
  options: RepositoryOptions,
  act: (work: AptWork) => Promise<T>,
): Promise<T> {
  const release = releaseOf(spec, architecture)
  if (!release)
    throw new ConvecthubError('APT_RELEASE', `packages for ${spec.release} cannot be fetched`, {
      hint: `name one of these in bundle.yaml: ${RELEASES.join(', ')}`,
    })
  // apt reads paths in lists of words, so they must not depend on the name of the bundle's folder
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-apt-'))
  const inScratch = (what: string) => resolve(options.scratch, `${what}-${spec.release}-${architecture}`)
  const [archives, lists] = [inScratch('packages'), inScratch('lists')]
  try {
    const own = { folder, architecture, archives, lists, kept: await keptSettings() }
    const sources = await sourcesOf(spec, release, folder, options)
    const ca = options.ca === undefined ? {} : { ca: withSystemCa(options.ca, join(folder, 'ca.pem')) }
    const root = makeAptRoot({ ...own, pins: options.locked ?? [], sources, ...ca })
    await root.run('apt-get', ['update', '-q'], UPDATE_MS)
    const wanted = [...options.wanted({ id: release.id, kernels: spec.kernels }), ...spec.packages]
    const chosen = await askApt(root, wanted, (text) => writeFileSync(join(folder, 'status'), text))
    return await act({ root, chosen, archives })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function heldIn({ packages }: Chosen): HeldPackage[] {
  return packages
    .map(({ name, version }) => ({ name, version }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

/** How long reading the lists of packages may take, ms. */
const UPDATE_MS = 30 * 60_000

/** The sources of a release: its distribution's and those that bundle.yaml adds, with their keys on this computer. */
async function sourcesOf(
  spec: AptSpec,
  release: Release,
  folder: string,
  options: RepositoryOptions,
): Promise<AptSettings['sources']> {
  const { address = (uri: string) => uri } = options
  const keyring = join(folder, 'distribution.gpg')
  if (spec.key !== undefined) await fetchKey({ ...spec, key: spec.key }, keyring, options)
  else copyFileSync(archiveKeyring(release), keyring)
  const own = release.lines.map((line) => ({ ...line, uri: address(line.uri), keyring }))
  const others = []
  for (const [i, source] of spec.sources.entries()) {
    const path = join(folder, `source-${i}.gpg`)
    await fetchKey(source, path, options)
    others.push({ ...source, uri: address(source.uri), keyring: path })
  }
  return [...own, ...others]
}

/** The distribution's own keys, from a package of this computer, which its apt has checked. */
function archiveKeyring({ id, keyring }: Release): string {
  if (existsSync(keyring.path)) return keyring.path
  throw new ConvecthubError(
    'APT_SOURCE_KEY',
    `${keyring.path} is missing, with the keys that sign the packages of ${id}`,
    {
      hint: `sudo apt-get install ${keyring.package}; or name a key in bundle.yaml that you trust: apt: [{ …, key: FILE }]`,
    },
  )
}

/** Writes the computer's authorities and further ones into one file, as apt takes only one. */
function withSystemCa(ca: string, path: string): string {
  const own = ['/etc/ssl/certs/ca-certificates.crt', ca].filter(existsSync)
  writeFileSync(path, own.map((file) => readFileSync(file, 'utf8')).join('\n'))
  return path
}

/** What apt knows about the packages that it has fetched. */
async function describe(
  root: AptRoot,
  fetched: readonly Fetched[],
  archives: string,
): Promise<DownloadedPackage[]> {
  const names = fetched.map(({ name, version }) => `${name}=${version}`)
  const stanzas = parseStanzas(await root.run('apt-cache', ['show', ...names]))
  return fetched.map(({ name, version, architecture, file }) => {
    const is = { Package: name, Version: version, Architecture: architecture }
    const stanza = stanzas.find((fields) =>
      Object.entries(is).every(([field, value]) => fields.get(field) === value),
    )
    if (!stanza) throw new Error(`apt shows nothing about ${name} ${version}`)
    return { path: join(archives, file), stanza }
  })
}

/** Packs a folder so that the same files give the same bytes. */
async function pack(folder: string, path: string): Promise<void> {
  mkdirSync(dirname(path), { recursive: true })
  const same = ['--format=gnu', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']
  const args = [...same, '--mode=u=rwX,go=rX', '--dereference', '-cf', `${path}.part`, '-C', folder]
  const { code, stderr } = await runCommand('tar', [...args, ...readdirSync(folder).toSorted()], {
    timeoutMs: UPDATE_MS,
  })
  if (code !== 0)
    throw new ConvecthubError('APT_FAILED', `${path} cannot be written`, {
      evidence: stderr,
      hint: 'free some room (df -h shows where), then run the same command again',
    })
  renameSync(`${path}.part`, path)
}
