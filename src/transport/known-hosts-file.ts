import { appendFileSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { ConvecthubError } from '../errors.ts'
import { systemReason } from '../system-error.ts'

/** Reads a known_hosts file; a missing one is empty. Error: KNOWN_HOSTS when it cannot be read. */
export function readKnownHosts(host: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') return ''
    throw knownHostsError(host, file, 'read', cause)
  }
}

/** Appends a line to a known_hosts file, after ending a last line without newline. Returns KNOWN_HOSTS on failure. */
export function addKnownHost(host: string, file: string, line: string): ConvecthubError | undefined {
  try {
    const text = readKnownHosts(host, file)
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
    appendFileSync(file, text === '' || text.endsWith('\n') ? line : `\n${line}`, { mode: 0o600 })
    return undefined
  } catch (cause) {
    return cause instanceof ConvecthubError ? cause : knownHostsError(host, file, 'written', cause)
  }
}

function knownHostsError(host: string, file: string, act: string, cause: unknown): ConvecthubError {
  return new ConvecthubError('KNOWN_HOSTS', `${file} cannot be ${act}: ${systemReason(cause)}`, {
    host,
    cause,
    hint: 'correct the file, or name another one with -o UserKnownHostsFile=… in ansible_ssh_common_args',
  })
}
