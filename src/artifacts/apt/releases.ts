import type { AptSpec } from '../bundle-spec.ts'

/** One line of sources.list(5), without options. */
export interface AptLine {
  uri: string
  /** A path that ends in a slash for a flat repository, which has no components. */
  suite: string
  components: readonly string[]
}

/** Where a distribution's packages come from. */
interface Family {
  /** VERSION_ID of os-release(5), by codename. */
  versions: Readonly<Record<string, string>>
  /** The distribution's mirror for these releases, and architectures where it has several mirrors. */
  mirror(version: string, architecture: string): string
  lines(mirror: string, codename: string, version: string): readonly AptLine[]
  /** The keys that sign the distribution's packages, and the package with this file in Debian and Ubuntu. */
  keyring: { path: string; package: string }
}

const DEBIAN_MIRROR = 'http://ftp.debian.org/debian'
const DEBIAN_SECURITY = 'http://security.debian.org/debian-security'

const DEBIAN = ['main', 'contrib', 'non-free']
const UBUNTU = ['main', 'restricted', 'universe', 'multiverse']

/** The families of distributions that packages can be fetched for, by ID of os-release(5). */
const FAMILIES: Readonly<Record<string, Family>> = {
  debian: {
    versions: { stretch: '9', buster: '10', bullseye: '11', bookworm: '12', trixie: '13', forky: '14' },
    mirror: (version) => (Number(version) < 11 ? 'http://archive.debian.org/debian' : DEBIAN_MIRROR),
    // the security archive is a tree of its own (Debian 11 release notes, 5.1.3); a mirror has it beside the other
    lines: (mirror, codename, version) => {
      const components = Number(version) < 12 ? DEBIAN : [...DEBIAN, 'non-free-firmware']
      const security = Number(version) < 11 ? `${codename}/updates` : `${codename}-security`
      return [
        { uri: mirror, suite: codename, components },
        { uri: mirror, suite: `${codename}-updates`, components },
        {
          uri: mirror === DEBIAN_MIRROR ? DEBIAN_SECURITY : `${mirror}-security`,
          suite: security,
          components,
        },
      ]
    },
    keyring: { path: '/usr/share/keyrings/debian-archive-keyring.gpg', package: 'debian-archive-keyring' },
  },
  ubuntu: {
    versions: {
      xenial: '16.04',
      bionic: '18.04',
      focal: '20.04',
      jammy: '22.04',
      noble: '24.04',
      plucky: '25.04',
      questing: '25.10',
      resolute: '26.04',
    },
    mirror: (_version, architecture) =>
      architecture === 'amd64' ? 'http://archive.ubuntu.com/ubuntu' : 'http://ports.ubuntu.com/ubuntu-ports',
    lines: (mirror, codename) =>
      ['', '-updates', '-security'].map((pocket) => ({
        uri: mirror,
        suite: `${codename}${pocket}`,
        components: UBUNTU,
      })),
    keyring: { path: '/usr/share/keyrings/ubuntu-archive-keyring.gpg', package: 'ubuntu-keyring' },
  },
}

/** A release, and where its packages come from. */
export interface Release {
  /** ID of os-release(5). */
  id: string
  codename: string
  lines: readonly AptLine[]
  keyring: Family['keyring']
}

/** The release of an entry of bundle.yaml; undefined for one that is not known. */
export function releaseOf(
  { release, mirror }: Pick<AptSpec, 'release' | 'mirror'>,
  architecture: string,
): Release | undefined {
  const [id = '', version = ''] = release.split('-')
  const family = FAMILIES[id]
  const [codename] = Object.entries(family?.versions ?? {}).find(([, known]) => known === version) ?? []
  if (!family || codename === undefined) return undefined
  const from = (mirror ?? family.mirror(version, architecture)).replace(/\/$/, '')
  return { id, codename, lines: family.lines(from, codename, version), keyring: family.keyring }
}

/** The releases that packages can be fetched for, such as `debian-12`. */
export const RELEASES: readonly string[] = Object.entries(FAMILIES).flatMap(([id, { versions }]) =>
  Object.values(versions).map((version) => `${id}-${version}`),
)
