import type { Client } from 'ssh2'
import { certificateOf, withoutCertificate } from './host-certificate.ts'

type Exchange = { _hostKey: Buffer; negotiated: { serverHostKey: string; signsBy?: string } }
type WithExchange = Client & { _protocol?: { _kex?: Exchange | undefined } }

/**
 * A certificate of an RSA key goes by another name than the algorithms that the host may sign by (RFC 8332 §3), and
 * ssh2 wants them to be the same: so it is told the certificate's as soon as the two sides have agreed, and by
 * proveByKey how the host signs. Where its inside looks otherwise, the login fails.
 */
export function takeCertificates(client: Client): void {
  const protocol = (client as WithExchange)._protocol
  let exchange = protocol?._kex
  if (!protocol) return
  Object.defineProperty(protocol, '_kex', {
    get: () => exchange,
    set(next?: Exchange) {
      exchange = next
      const signsBy = next && withoutCertificate(next.negotiated.serverHostKey)
      if (!signsBy) return
      next.negotiated.signsBy = signsBy
      if (signsBy.startsWith('rsa-')) next.negotiated.serverHostKey = certificateOf('ssh-rsa')
    },
  })
}

/**
 * A host with a certificate signs by the key in it, and ssh2 would look for that key where the certificate is. It reads
 * the place once for what was signed, which is about the certificate, and from then on for the key. Where its inside
 * looks otherwise, the login fails.
 */
export function proveByKey(client: Client, key: Buffer): void {
  const exchange = (client as WithExchange)._protocol?._kex
  if (!exchange) return
  let next = exchange._hostKey
  exchange.negotiated.serverHostKey = exchange.negotiated.signsBy ?? ''
  Object.defineProperty(exchange, '_hostKey', {
    get() {
      const now = next
      next = key
      return now
    },
    // it is cleared in the end
    set() {},
  })
}
