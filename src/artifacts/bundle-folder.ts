import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, sep } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { systemReason } from '../system-error.ts'
import { BESIDE } from './beside.ts'

/** What a bundle is made of, for hints. */
export const HOLDS =
  'a bundle holds k3s, helm, image archives (.tar, .tar.gz, .tar.zst) and the JupyterHub chart (.tgz); `convecthub bundle pull` fetches them'

/**
 * The names of all files in a folder, sorted; without what belongs beside those of a bundle, and hidden ones. Error:
 * BUNDLE_FILE when there is no folder, and for a link that is broken or leads out of it.
 */
export function filesIn(folder: string): string[] {
  let names: string[]
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  } catch (cause) {
    const missing = !existsSync(folder)
    const reason = missing ? 'no such folder' : systemReason(cause)
    throw new ConvecthubError('BUNDLE_FILE', `${folder}: ${reason}`, {
      cause,
      hint: missing ? `make it, and put the files there: ${HOLDS}` : HOLDS,
    })
  }
  return names
    .filter((name) => !BESIDE.includes(name) && !/^\.|\/\./.test(name))
    .filter((name) => statSync(within(folder, name)).isFile())
    .sort()
}

/** The path of a file in the folder. Refuses links out of it, because a bundle is sent to every machine. */
function within(folder: string, name: string): string {
  const path = join(folder, name)
  if (!existsSync(path))
    throw new ConvecthubError('BUNDLE_FILE', `${path} is a link to nothing`, {
      hint: 'put the file itself into the folder, or take the link out',
    })
  const real = realpathSync(path)
  if (real.startsWith(`${realpathSync(folder)}${sep}`)) return path
  throw new ConvecthubError('BUNDLE_FILE', `${path} is a link out of the folder, to ${real}`, {
    hint: 'put the file itself into the folder, or take the link out',
  })
}
