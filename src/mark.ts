import { randomBytes } from 'node:crypto'

/**
 * A word that begins lines of ours among what others say. It must reach a host by stdin only, never in an argument, a
 * file or a log that other users could read, for whoever knows it can imitate those lines.
 */
export function newMark(): string {
  return `@@${randomBytes(16).toString('hex')}`
}
