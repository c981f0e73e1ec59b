import { existsSync, readdirSync } from 'node:fs'

/**
 * The existing paths that match an absolute pattern of glob(7), sorted by their bytes. As for Include of ssh_config(5),
 * `*`, `?` and `[…]` match neither a slash nor a leading dot.
 */
export function globPaths(pattern: string): string[] {
  let found = ['']
  for (const part of pattern.split('/').slice(1)) {
    if (!/[*?[\\]/.test(part)) found = found.map((folder) => `${folder}/${part}`)
    else {
      const expression = partExpression(part)
      found = found.flatMap((folder) =>
        entries(folder)
          .filter((name) => expression.test(name) && (part.startsWith('.') || !name.startsWith('.')))
          .map((name) => `${folder}/${name}`),
      )
    }
  }
  return found
    .filter((path) => existsSync(path))
    .sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
}

function partExpression(part: string): RegExp {
  const source = part.replace(/\\(.)|\*|\?|\[([!^]?)(\]?[^\]]*)\]|./gs, (token, escaped, not, members) => {
    if (escaped !== undefined) return literal(escaped)
    if (token === '*') return '.*'
    if (token === '?') return '.'
    if (members !== undefined) return `[${not ? '^' : ''}${members.replace(/[\\\]^]/g, '\\$&')}]`
    return literal(token)
  })
  return new RegExp(`^${source}$`, 's')
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** The entries of a folder. Like glob(3), treats a folder that is missing or not readable as empty. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder || '/')
  } catch {
    return []
  }
}
