import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import type { AptRoot } from './apt-root.ts'
import { parseStanzas, renderStanza } from './stanza.ts'

/**
 * A package that hosts may need, or alternatives of which the first counts that there is: each is a package, or several
 * that belong together. `N` in their names is a number: the highest with which all of them exist.
 */
export type WantedPackage = string | { firstOf: readonly (string | readonly string[])[] }

/** A package as apt is to fetch it. */
export interface Fetched {
  name: string
  version: string
  architecture: string
  /** Its name in apt's folder of archives. */
  file: string
}

const INSTALL = ['install', '-q', '-y', '--no-install-recommends']

/** How long a download of all packages may take, ms. */
const DOWNLOAD_MS = 4 * 60 * 60_000

/** What apt has chosen. */
export interface Chosen {
  /** What was asked for, with the first alternatives that there are. */
  names: readonly string[]
  /** All that must be fetched for it. */
  packages: readonly Fetched[]
}

/**
 * Lets apt choose what a minimal install lacks for these packages, with all that they depend on. A minimal install has
 * the essential packages and those of priority `required`, with what they depend on; in versions so old that whatever is
 * asked for by its version is fetched, too, since a host may have been installed years ago. Errors: APT_PACKAGE for
 * packages that no source has, APT_FAILED.
 */
export async function askApt(
  root: AptRoot,
  wanted: readonly WantedPackage[],
  writeStatus: (text: string) => void,
): Promise<Chosen> {
  const essential = await root.run('sh', ['-c', ESSENTIAL])
  const minimal = await wouldFetch(root, essential.split('\n').filter(Boolean))
  writeStatus(await minimalStatus(root, minimal))
  const names = await chosen(root, wanted)
  return { names, packages: await wouldFetch(root, names) }
}

/** Fetches what was chosen for these packages. Error: APT_FAILED. */
export async function download(root: AptRoot, names: readonly string[]): Promise<void> {
  await root.run('apt-get', [...INSTALL, '--download-only', ...names], DOWNLOAD_MS)
}

/** The names of the essential and required packages that apt knows. */
const ESSENTIAL = `apt-cache dumpavail |
awk -v RS= '/\\n(Essential: yes|Priority: required)(\\n|$)/ { sub(/^Package: /, ""); sub(/\\n.*/, ""); print }'`

/** What apt needs to install these packages, also where it has been fetched before: so with an empty archive. */
async function wouldFetch(root: AptRoot, names: readonly string[]): Promise<Fetched[]> {
  const none = join(root.folder, 'none')
  mkdirSync(join(none, 'partial'), { recursive: true })
  const options = ['--print-uris', '-o', `Dir::Cache::archives=${none}`]
  const output = await root.run('apt-get', [...INSTALL, ...options, ...names])
  return [...output.matchAll(/^'[^']+' ([^_\s]+)_([^_\s]+)_([^_\s]+)\.deb \d+/gm)].map(
    ([line, name = '', version = '', architecture = '']) => ({
      name,
      version: decodeURIComponent(version),
      architecture,
      file: line.split(' ')[1] ?? '',
    }),
  )
}

async function minimalStatus(root: AptRoot, packages: readonly Fetched[]): Promise<string> {
  const shown = await root.run('apt-cache', [
    'show',
    ...packages.map(({ name, version }) => `${name}=${version}`),
  ])
  return parseStanzas(shown)
    .map((fields) =>
      renderStanza([
        ['Package', fields.get('Package') ?? ''],
        ['Status', 'install ok installed'],
        ['Version', '0'],
        ['Architecture', fields.get('Architecture') ?? ''],
        ...['Essential', 'Multi-Arch', 'Provides'].flatMap((name): [string, string][] => {
          const value = fields.get(name)?.replaceAll(/ ?\([^()]{0,200}\)/g, '')
          return value ? [[name, value]] : []
        }),
        ['Maintainer', 'nobody <nobody@localhost>'],
        ['Description', 'part of a minimal install'],
      ]),
    )
    .join('\n')
}

/** The names to install. Error: APT_PACKAGE when apt knows none of some package's alternatives. */
async function chosen(root: AptRoot, wanted: readonly WantedPackage[]): Promise<string[]> {
  const all = (await root.run('apt-cache', ['pkgnames'])).split('\n')
  const wishes = wanted.map((wish) =>
    (typeof wish === 'string' ? [wish] : wish.firstOf).flatMap((names) => numbered([names].flat(), all)),
  )
  const offered = await candidates(root, wishes.flat(2))
  const found = wishes.map((wish) => wish.find((names) => names.every((name) => offered.has(name))))
  const missing = wanted.filter((_wish, i) => found[i] === undefined).map(wishText)
  if (missing.length === 0) return found.flatMap((names) => names ?? [])
  throw new ConvecthubError('APT_PACKAGE', `no package source has ${missing.join(', ')}`, {
    hint: 'correct the name in bundle.yaml, or add the source that has it there: under `apt`, in `sources`, with its uri, suite, components and key',
  })
}

const wishText = (wish: WantedPackage) =>
  typeof wish === 'string' ? wish : wish.firstOf.map((names) => [names].flat().join(' with ')).join(' or ')

/** The names with each number in place of `N` that the first of them exists with, the highest first. */
function numbered(names: readonly string[], all: readonly string[]): (readonly string[])[] {
  const [before = '', after] = names[0]?.split('N') ?? []
  if (after === undefined) return [names]
  return all
    .filter((name) => name.startsWith(before) && name.endsWith(after))
    .map((name) => name.slice(before.length, name.length - after.length))
    .filter((number) => /^\d+$/.test(number))
    .toSorted((a, b) => Number(b) - Number(a))
    .map((number) => names.map((name) => name.replace('N', number)))
}

/** Those of the packages that apt could install. */
async function candidates(root: AptRoot, names: readonly string[]): Promise<ReadonlySet<string>> {
  const policy = await root.run('apt-cache', ['policy', ...names])
  const found = policy.matchAll(/^(\S+):\n {2}Installed: .*\n {2}Candidate: (?!\(none\))/gm)
  return new Set([...found].map(([, name = '']) => name))
}
