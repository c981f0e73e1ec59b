// @ts-expect-error: ssh2 has no typings for its lists
import constants from 'ssh2/lib/protocol/constants.js'
import { CERTIFIED, certificateOf } from './host-certificate.ts'

// ssh2 offers only names in its own list; ssh2-internals.ts makes the certificate algorithms work
const hostKeys: string[] = constants.SUPPORTED_SERVER_HOST_KEY
hostKeys.push(...CERTIFIED.filter((name) => hostKeys.includes(name)).map(certificateOf))

/** The algorithms that ssh2 supports with the OpenSSL of this node. */
export const SUPPORTED: Readonly<Record<'cipher' | 'kex' | 'hmac' | 'serverHostKey', readonly string[]>> = {
  cipher: constants.SUPPORTED_CIPHER,
  kex: constants.SUPPORTED_KEX,
  hmac: constants.SUPPORTED_MAC,
  serverHostKey: hostKeys,
}
