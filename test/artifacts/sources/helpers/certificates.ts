import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A certificate authority, and a certificate of it for localhost. */
export interface TestCertificates {
  /** Path of the authority's certificate. */
  ca: string
  /** PEM. */
  key: string
  cert: string
  remove(): void
}

/** Makes a certificate authority, and a certificate for `name`. */
export function certificates(name = 'localhost'): TestCertificates {
  const folder = mkdtempSync(join(tmpdir(), 'convecthub-ca-'))
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']
  openssl('req', '-x509', ...curve, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=site', '-days', '2')
  openssl('req', ...curve, '-keyout', 'key.pem', '-out', 'request.pem', '-subj', '/CN=server')
  writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${name}`)
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'names', '-days', '2']
  openssl('x509', '-req', '-in', 'request.pem', ...signing, '-out', 'cert.pem')
  return {
    ca: join(folder, 'ca.pem'),
    key: readFileSync(join(folder, 'key.pem'), 'utf8'),
    cert: readFileSync(join(folder, 'cert.pem'), 'utf8'),
    remove: () => rmSync(folder, { recursive: true }),
  }
}
