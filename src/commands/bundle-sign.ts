import { createPrivateKey, type KeyObject } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { readLock } from '../artifacts/load-bundle.ts'
import { signBundle } from '../artifacts/signature.ts'
import { ConvecthubError } from '../errors.ts'
import { quote } from '../sh.ts'
import { parsePrivateKey } from '../transport/private-key.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import type { VerbResult } from './verb.ts'

/** `bundle sign`: signs the lock of a bundle, and with it the digests of all its files. */
export async function bundleSignVerb(
  folder: string,
  options: { key: string; output?: OutputMode },
): VerbResult {
  readLock(folder)
  const line = signBundle(folder, readSigningKey(options.key))
  const lines = [
    `Signed ${folder} with ${line}`,
    `To take no other bundle than signed ones, add to the inventory: bundle_key='${line}'`,
  ]
  return printResult('bundle sign', { lines, events: [], exit: 'ok' }, options)
}

/** Reads an Ed25519 private key, as OpenSSH or PEM. Error: KEY_FILE. */
function readSigningKey(path: string): KeyObject {
  const text = readFileSync(path)
  const key = fromPem(text) ?? fromOpenSsh(text)
  if (key?.asymmetricKeyType === 'ed25519') return key
  throw new ConvecthubError('KEY_FILE', `${path} is not an Ed25519 private key, or has a passphrase`, {
    hint: `make one: ssh-keygen -t ed25519 -N '' -f ${quote(`${path}-ed25519`)}`,
  })
}

function fromPem(text: Buffer): KeyObject | undefined {
  try {
    return createPrivateKey(text)
  } catch {
    return undefined
  }
}

function fromOpenSsh(text: Buffer): KeyObject | undefined {
  const parsed = parsePrivateKey(text)
  return 'key' in parsed ? createPrivateKey(parsed.key.getPrivatePEM()) : undefined
}
