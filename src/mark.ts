import { randomBytes } from 'node:crypto'

/**
 * A random prefix that marks convecthub's own lines in the output of a host. Anybody who knows it can forge such lines,
 * so send it by stdin only: other users can read arguments, files and logs.
 */
export function newMark(): string {
  return `@@${randomBytes(16).toString('hex')}`
}
