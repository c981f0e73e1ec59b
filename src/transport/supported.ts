// @ts-expect-error: its lists have no typings
import constants from 'ssh2/lib/protocol/constants.js'
import { CERTIFIED, certificateOf } from './host-certificate.ts'

// ssh2 offers only algorithms that it knows; ssh2-internals.ts makes those of certificates work
const hostKeys: string[] = constants.SUPPORTED_SERVER_HOST_KEY
hostKeys.push(...CERTIFIED.filter((name) => hostKeys.includes(name)).map(certificateOf))

/** What ssh2 can do with the OpenSSL that node has here. */
export const SUPPORTED: Readonly<Record<'cipher' | 'kex' | 'hmac' | 'serverHostKey', readonly string[]>> = {
  cipher: constants.SUPPORTED_CIPHER,
  kex: constants.SUPPORTED_KEX,
  hmac: constants.SUPPORTED_MAC,
  serverHostKey: hostKeys,
}
