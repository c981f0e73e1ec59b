/** For what can be continued. */
export const LATER = 'run the same command again: it continues where it stopped'
const CA =
  'if your site has a certificate authority of its own, name its certificate: --ca FILE, such as /etc/ssl/certs/ca-certificates.crt; else somebody reads along'
/** How hints end where a proxy may be missing. */
export const PROXY_MISSING = 'whether this network needs a proxy: https_proxy=http://proxy:3128'
/** For servers that are not reached. */
export const WAY = `check the address, the firewall, and ${PROXY_MISSING}`

/** What the codes of failed exchanges mean, for the host that was asked, and what to do. */
export const EXCHANGE_CODES: Readonly<Record<string, { what: (host: string) => string; hint: string }>> = {
  ENOTFOUND: {
    what: (host) => `${host} is not a name that this computer can look up (DNS)`,
    hint: `check the name, and ${PROXY_MISSING}`,
  },
  EAI_AGAIN: { what: (host) => `no DNS server answered for ${host}`, hint: WAY },
  ECONNREFUSED: { what: (host) => `nothing listens on ${host} (connection refused)`, hint: WAY },
  ETIMEDOUT: { what: (host) => `${host} does not answer`, hint: WAY },
  UNREACHED: { what: (host) => `${host} does not answer`, hint: WAY },
  SILENT: { what: (host) => `${host} took the request but does not answer it`, hint: LATER },
  STALLED: { what: (host) => `${host} stopped sending`, hint: LATER },
  SHORT: { what: (host) => `${host} ended the file too early`, hint: LATER },
  ECONNRESET: { what: (host) => `${host} broke the connection off`, hint: LATER },
  EPIPE: { what: (host) => `${host} broke the connection off`, hint: LATER },
  HPE: {
    what: (host) => `${host} does not answer in HTTP`,
    hint: 'check the port, and whether it is http or https',
  },
  CERT_HAS_EXPIRED: {
    what: (host) => `the certificate of ${host} has expired`,
    hint: 'check the clock of this computer; else the server needs a new certificate',
  },
  CERT_NOT_YET_VALID: {
    what: (host) => `the certificate of ${host} is not valid yet`,
    hint: 'check the clock of this computer: date',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    what: (host) => `the certificate of ${host} is for other names`,
    hint: 'check the address: it must have the name that is in the certificate',
  },
  ...Object.fromEntries(
    [
      'SELF_SIGNED_CERT_IN_CHAIN',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'UNABLE_TO_GET_ISSUER_CERT',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    ].map((code) => [
      code,
      {
        what: (host: string) => `the certificate of ${host} is from an authority unknown here (${code})`,
        hint: CA,
      },
    ]),
  ),
}
