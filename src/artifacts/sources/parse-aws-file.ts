/**
 * The sections of ~/.aws/config or ~/.aws/credentials with their keys in lower case; a nested key is `s3.endpoint_url`.
 * Read by the rules of AWS: other readers of such files take dots in names apart and end a password at a `#`.
 */
export function parseAwsFile(text: string): Map<string, Record<string, string>> {
  const sections = new Map<string, Record<string, string>>()
  let section: Record<string, string> = {}
  let parent = ''
  for (const line of text.split(/\r?\n/)) {
    const [, title] = /^\[([^\]]+)\]/.exec(line) ?? []
    if (title !== undefined) {
      const name = title.trim().replace(/\s+/g, ' ')
      section = sections.get(name) ?? {}
      sections.set(name, section)
      continue
    }
    const at = line.indexOf('=')
    if (at < 0 || /^\s*[#;]/.test(line)) continue
    const key = line.slice(0, at).trim().toLowerCase()
    const value =
      line
        .slice(at + 1)
        .split(/\s[#;]/)[0]
        ?.trim() ?? ''
    const isNested = /^\s/.test(line) && parent !== ''
    section[isNested ? `${parent}.${key}` : key] = value
    if (!isNested) parent = value === '' ? key : ''
  }
  return sections
}
