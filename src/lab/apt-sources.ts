/** One source of packages, as apt's files name it. */
export interface AptSource {
  uri: string
  suites: string[]
  components: string[]
  signedBy?: string
}

/** The `deb` entries of an apt sources file: one-line style, or deb822 when `name` ends with .sources. Pure. */
export function parseAptSources(name: string, text: string): AptSource[] {
  return name.endsWith('.sources') ? parseDeb822(text) : parseOneLine(text)
}

/**
 * The sources of the distribution itself: suites of its codename, and no key but the archive's own. Others (vendors'
 * repositories) need keys that a lab machine does not have.
 */
export function distributionSources(sources: readonly AptSource[], codename: string): AptSource[] {
  return sources
    .filter(
      ({ signedBy }) => signedBy === undefined || /\/(debian|ubuntu)-archive-keyring\.\w+$/.test(signedBy),
    )
    .map((source) => ({
      ...source,
      suites: source.suites.filter((suite) => suite.split(/[-/]/)[0] === codename),
    }))
    .filter((source) => source.suites.length > 0)
}

/** The sources as a one-line-style file, which every release of apt reads. */
export function renderAptSources(sources: readonly AptSource[]): string {
  return sources
    .flatMap(({ uri, suites, components }) =>
      suites.map((suite) => `deb ${uri} ${suite} ${components.join(' ')}\n`),
    )
    .join('')
}

function parseOneLine(text: string): AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s+([^#]*)/.exec(line)
    if (!match) return []
    const [, options = '', uri, suite, components] = match as unknown as string[]
    const signedBy = /signed-by=(\S+)/.exec(options)?.[1]
    return [
      {
        uri: uri as string,
        suites: [suite as string],
        components: words(components),
        ...(signedBy && { signedBy }),
      },
    ]
  })
}

function parseDeb822(text: string): AptSource[] {
  const withoutComments = text.replace(/^#.*\n?/gm, '')
  return withoutComments.split(/\n\s*\n/).flatMap((stanza) => {
    const field = (name: string) =>
      words(new RegExp(`^${name}:((?:.*)(?:\\n[ \\t].*)*)`, 'im').exec(stanza)?.[1])
    if (!field('Types').includes('deb') || field('Enabled')[0] === 'no') return []
    const signedBy = field('Signed-By')[0]
    return field('URIs').map((uri) => ({
      uri,
      suites: field('Suites'),
      components: field('Components'),
      ...(signedBy && { signedBy }),
    }))
  })
}

function words(text: string | undefined): string[] {
  return (text ?? '').split(/\s+/).filter((word) => word !== '')
}
