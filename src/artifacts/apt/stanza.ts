/** One paragraph of an index of packages (deb822(5)): the lines of its fields, by name, in their order. */
export type Stanza = ReadonlyMap<string, string>

/** Reads an index of packages, or what `apt-cache show` prints. */
export function parseStanzas(text: string): Stanza[] {
  return text
    .split(/\n\s*\n/)
    .map((paragraph) => {
      const fields = new Map<string, string>()
      let name = ''
      for (const line of paragraph.split('\n')) {
        const [, begun, value = ''] = /^([\w-]+):(.*)$/.exec(line) ?? []
        name = begun ?? name
        // a line that begins with a blank continues the field above
        if (name) fields.set(name, begun ? value.trimStart() : `${fields.get(name)}\n${line}`)
      }
      return fields
    })
    .filter((fields) => fields.has('Package'))
}

export function renderStanza(fields: Iterable<readonly [string, string]>): string {
  return [...fields].map(([name, value]) => `${name}: ${value}\n`.replace(': \n', ':\n')).join('')
}
