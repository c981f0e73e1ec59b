import { readLock } from '../artifacts/load-bundle.ts'
import { signBundle } from '../artifacts/signature.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { readSigningKey } from './signing-key.ts'
import type { VerbResult } from './verb.ts'

/** `bundle sign`: signs the lock of a bundle, and with it the digests of all its files. */
export async function bundleSignVerb(
  folder: string,
  options: { key: string; output?: OutputMode },
): VerbResult {
  readLock(folder)
  const key = signBundle(folder, await readSigningKey(options.key))
  const lines = [
    `Signed ${folder} with ${key}`,
    `To accept only bundles that this key has signed, add to the inventory: bundle_key='${key}'`,
  ]
  return printResult('bundle sign', { lines, events: [{ event: 'signed', key }], exit: 'ok' }, options)
}
