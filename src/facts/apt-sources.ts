import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** One entry of apt's sources: a type, an address and a suite (sources.list(5)). */
export interface AptSource {
  /** Where the entry is; lines count from 1. */
  file: string
  line: number
  /** `deb` or `deb-src`. */
  type: string
  /** Without a trailing slash, as apt compares it. */
  uri: string
  suite: string
  components: readonly string[]
  /** Architectures to use it for. Empty: all that dpkg has. */
  architectures: readonly string[]
  /** Keyring files, fingerprints or an inline key. Undefined: any key that apt trusts. */
  signedBy: string | undefined
}

const SCRIPT = `
grep -H '' /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources |
  head -n 5000 | sed 's/^/source /'`

/** The sources that apt on a host gets packages from, without disabled ones. */
export const aptSources = singleFact<readonly AptSource[]>('apt-sources', rawSh(SCRIPT), (output) => {
  const files = new Map<string, string[]>()
  // apt ignores files with other names
  for (const [, file = '', text = ''] of output.matchAll(/^source (\/[\w./-]+):(.*)$/gm))
    files.set(file, [...(files.get(file) ?? []), text])
  return [...files].flatMap(([file, lines]) => parseAptSources(file, lines.join('\n')))
})

/** Parses a file of apt sources: deb822 format when its name ends with .sources, one-line format otherwise. */
export function parseAptSources(file: string, text: string): AptSource[] {
  const numbered = text.split('\n').map((line, i): Line => ({ text: line, at: { file, line: i + 1 } }))
  if (!file.endsWith('.sources')) return numbered.flatMap(parseLine)
  const stanzas: Line[][] = [[]]
  for (const line of numbered) {
    if (line.text.trim() === '') stanzas.push([])
    else if (!line.text.startsWith('#')) stanzas.at(-1)?.push(line)
  }
  return stanzas.flatMap(parseStanza)
}

interface Line {
  text: string
  at: { file: string; line: number }
}

/** `deb [option=value …] URI SUITE COMPONENT…`, optionally with a comment behind it. */
function parseLine({ text, at }: Line): AptSource[] {
  const match = /^\s*(deb|deb-src)\s+(?:\[([^\]]*)\]\s*)?(\S+)\s+(\S+)([^#]*)/.exec(text)
  if (!match) return []
  const [, type = '', options = '', uri = '', suite = '', components = ''] = match
  const settings = new Map(words(options).map((word) => [word.split('=', 1)[0], word.split('=', 2)[1]]))
  return [
    {
      ...at,
      type,
      uri: bareUri(uri),
      suite,
      components: words(components),
      architectures: (settings.get('arch') ?? '').split(',').filter(Boolean),
      signedBy: settings.get('signed-by'),
    },
  ]
}

/** Fields as in deb822(5): a line that begins with a blank continues the field above. */
function parseStanza(lines: readonly Line[]): AptSource[] {
  const fields = new Map<string, string>()
  let name = ''
  for (const { text } of lines) {
    const [, begun, value] = /^([\w-]+):(.*)$/.exec(text) ?? []
    name = begun?.toLowerCase() ?? name
    fields.set(name, `${fields.get(name) ?? ''} ${value ?? text}`)
  }
  const field = (key: string) => words(fields.get(key) ?? '')
  const [first] = lines
  if (!first || /^(no|false|without|off|disable|0)$/i.test(field('enabled')[0] ?? '')) return []
  const rest = {
    ...first.at,
    components: field('components'),
    architectures: field('architectures'),
    signedBy: field('signed-by').join(' ') || undefined,
  }
  return field('types').flatMap((type) =>
    field('uris').flatMap((uri) =>
      field('suites').map((suite) => ({ ...rest, type, uri: bareUri(uri), suite })),
    ),
  )
}

/** Removes a trailing slash. */
export const bareUri = (uri: string) => uri.replace(/\/$/, '')

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
