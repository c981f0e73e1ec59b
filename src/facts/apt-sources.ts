import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

/** One entry of apt's sources: a type, an address and a suite (sources.list(5)). */
export interface AptSource {
  /** Where it is written; lines count from 1. */
  file: string
  line: number
  /** `deb` or `deb-src`. */
  type: string
  /** Without a slash at its end, as apt compares it. */
  uri: string
  suite: string
  components: readonly string[]
  /** Of which architectures; empty: of all that dpkg has. */
  architectures: readonly string[]
  /** Keyrings, fingerprints or a key; undefined: any key that apt trusts. */
  signedBy: string | undefined
}

const SCRIPT = `
grep -H '' /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources |
  head -n 5000 | sed 's/^/source /'`

const family: FactFamily<readonly AptSource[]> = {
  id: 'apt-sources',
  script: () => rawSh(SCRIPT),
  parse: (output) => {
    const files = new Map<string, string[]>()
    // apt leaves files with other names alone
    for (const [, file = '', text = ''] of output.matchAll(/^source (\/[\w./-]+):(.*)$/gm))
      files.set(file, [...(files.get(file) ?? []), text])
    return new Map([['', [...files].flatMap(([file, lines]) => parseAptSources(file, lines.join('\n')))]])
  },
}

/** Where apt on a host has its packages from; what is switched off is not among it. */
export const aptSources: Fact<readonly AptSource[]> = { family, key: '' }

/** The entries of a file of apt's sources: in one-line style, or deb822 where its name ends with .sources. */
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

/** `deb [option=value …] URI SUITE COMPONENT…`, and a comment. */
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

/** Fields as in deb822(5): a line that begins with a blank goes on with the field above. */
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

/** Without a slash at its end. */
export const bareUri = (uri: string) => uri.replace(/\/$/, '')

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}
