import { existsSync, writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { ConvecthubError } from '../../errors.ts'
import { template } from '../../templates.ts'
import { runCommand } from '../run-command.ts'
import type { Http } from '../sources/http.ts'

/** The largest file that is taken for a key, bytes. */
const LIMIT = 4 * 1024 * 1024

export interface KeyPlace {
  /** A file beside bundle.yaml, or an address. */
  key: string
  /** Must match where it is given; needed for an address. */
  fingerprint?: string | undefined
}

/**
 * Brings a key for apt to `path`, as a binary keyring. A key from an address counts only with the right fingerprint, as
 * somebody could have exchanged it on its way. Errors: APT_SOURCE_KEY, and those of Http.
 */
export async function fetchKey(
  { key, fingerprint }: KeyPlace,
  path: string,
  { folder, http }: { folder: string; http: Http },
): Promise<void> {
  const isAddress = /^https?:/.test(key)
  const from = isAddress ? `${path}.part` : resolve(folder, key)
  const bad = (message: string, hint: string) => new ConvecthubError('APT_SOURCE_KEY', message, { hint })
  if (isAddress) writeFileSync(from, (await http.get(key, { limit: LIMIT })).body)
  else if (!existsSync(from))
    throw bad(
      `the key ${from} is missing`,
      'put it there, or correct `key` in bundle.yaml: a path counts from its folder',
    )
  const script = `${template('remote/openpgp.sh')}\nopenpgp_binary "$1" >"$2" && openpgp_keys "$2"`
  const { stdout } = await runCommand('sh', ['-c', script, 'sh', from, path])
  const found = stdout.split('\n').filter(Boolean)
  const [first = '', ...more] = found
  if (first === '' || found.includes('?'))
    throw bad(
      `${isAddress ? key : from} is not an OpenPGP key`,
      'take the public key that its owner publishes for apt',
    )
  const expected = fingerprint?.replaceAll(/[\s:]/g, '').toUpperCase()
  if (expected === undefined && isAddress)
    throw bad(
      `the key at ${key} comes without a fingerprint, and could have been exchanged on its way`,
      `where its owner publishes the same one, add to bundle.yaml: fingerprint: ${found.join(' ')}`,
    )
  if (expected !== undefined && (first !== expected || more.length > 0))
    throw bad(
      `${isAddress ? `the key at ${key}` : from} is another one: ${found.join(', ')} instead of ${expected}`,
      'somebody may have exchanged it; if its owner did, correct `fingerprint` in bundle.yaml',
    )
}
