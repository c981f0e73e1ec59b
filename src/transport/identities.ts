import { existsSync, readFileSync } from 'node:fs'
import ssh2 from 'ssh2'
import { ConvecthubError } from '../errors.ts'
import { expandHome, type Target } from './target.ts'

/** What ssh tries without being told, in its order. */
const DEFAULT_KEYS = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519']

/**
 * The private keys to try: the one of the inventory, else those that ssh tries by itself. Errors: KEY_FILE,
 * KEY_ENCRYPTED, only for a key that was asked for.
 */
export function identities(target: Target): (string | Buffer)[] {
  const wanted = target.keyFile
  const paths = wanted ? [wanted] : DEFAULT_KEYS.filter((path) => existsSync(expandHome(path)))
  return paths.flatMap((path) => {
    const key = readKey(target.host, path)
    const parsed = ssh2.utils.parseKey(key)
    if (!(parsed instanceof Error) && parsed.isPrivateKey()) return [key]
    if (!wanted) return []
    const why = parsed instanceof Error ? parsed.message : 'it is a public key'
    const encrypted = /encrypted|passphrase/i.test(why)
    throw new ConvecthubError(
      encrypted ? 'KEY_ENCRYPTED' : 'KEY_FILE',
      'input',
      `the private key ${path} ${encrypted ? 'has a passphrase' : 'cannot be read'}`,
      {
        host: target.host,
        evidence: why,
        hint: encrypted
          ? `load it into an agent (ssh-add ${path}) and leave ansible_ssh_private_key_file out`
          : 'give an OpenSSH or PEM private key',
      },
    )
  })
}

function readKey(host: string, path: string): Buffer {
  try {
    return readFileSync(expandHome(path))
  } catch (cause) {
    throw new ConvecthubError('KEY_FILE', 'input', `the private key ${path} cannot be read`, {
      host,
      cause,
      evidence: (cause as Error).message,
      hint: 'correct ansible_ssh_private_key_file; a relative path counts from the current folder',
    })
  }
}
