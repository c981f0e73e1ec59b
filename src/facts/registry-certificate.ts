import { X509Certificate } from 'node:crypto'
import { REGISTRY_AUTHORITY, REGISTRY_CERTIFICATE } from '../layout.ts'
import { sh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** The certificates of the image registry on its machine. Undefined where there is none that can be read. */
export interface RegistryCertificate {
  /** The authority, which other machines trust: PEM, and when it ends, ms since 1970. */
  authority: { pem: string; until: number } | undefined
  /** The registry's own: the names and addresses it is for, in OpenSSL's form (`IP Address:10.0.0.1, DNS:d1`). */
  server: { names: string; until: number; signed: boolean } | undefined
}

/** Bytes. Certificates of convecthub have less than 1 KiB. */
const LONGEST = 8192

// the files also hold the keys, which must not leave the host
const SCRIPT = sh`for each in ${[REGISTRY_AUTHORITY, REGISTRY_CERTIFICATE]}; do
  printf '%s\n' "\${each##*/}"
  sed -n '/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/p' "$each" | head -c ${LONGEST}
done`

export const registryCertificate = singleFact<RegistryCertificate>(
  'registry-certificate',
  SCRIPT,
  (output) => {
    const [own = '', server = ''] = output.split('server.pem\n')
    const authority = readCertificate(own)
    const certificate = readCertificate(server)
    return {
      authority: authority?.ca ? { pem: authority.toString(), until: endOf(authority) } : undefined,
      server: certificate && {
        names: certificate.subjectAltName ?? '',
        until: endOf(certificate),
        signed: authority !== undefined && certificate.verify(authority.publicKey),
      },
    }
  },
)

function readCertificate(text: string): X509Certificate | undefined {
  const [pem] = /-----BEGIN CERTIFICATE-----\n[\w+/=\n]+-----END CERTIFICATE-----/.exec(text) ?? []
  try {
    return pem === undefined ? undefined : new X509Certificate(pem)
  } catch {
    return undefined
  }
}

const endOf = ({ validTo }: X509Certificate) => Date.parse(validTo)
