import { existsSync, readdirSync } from 'node:fs'

/**
 * The paths that an absolute pattern of glob(7) means, in the order of their bytes; none for those that are not there.
 * `*`, `?` and `[…]` stay within one folder and do not mean a leading dot, as for Include of ssh_config(5).
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
  const source = part.replace(/\\(.)|\*|\?|\[([!^]?)(\]?[^\]]*)\]|./gs, (sign, escaped, not, members) => {
    if (escaped !== undefined) return plain(escaped)
    if (sign === '*') return '.*'
    if (sign === '?') return '.'
    if (members !== undefined) return `[${not ? '^' : ''}${members.replace(/[\\\]^]/g, '\\$&')}]`
    return plain(sign)
  })
  return new RegExp(`^${source}$`, 's')
}

function plain(sign: string): string {
  return sign.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
}

/** Nothing for a folder that is missing or closed to us, as glob(3) has it. */
function entries(folder: string): string[] {
  try {
    return readdirSync(folder || '/')
  } catch {
    return []
  }
}
