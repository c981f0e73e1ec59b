import type { Pages } from './page.ts'

/** Pages for what `bundle pull` fetches from servers. */
export const DOWNLOAD_PAGES = {
  DOWNLOAD: {
    means:
      'A file could not be fetched: its server cannot be reached, breaks off, or does not answer as HTTP wants it. Several tries failed where another try could help.',
    causes:
      'No internet here, a proxy that is not set, a firewall that intercepts TLS, a name that does not exist, or a server with a fault.',
    fix: 'Set `https_proxy=http://proxy:3128` (and `no_proxy`), or name the certificate of your site with `--ca FILE`. Then run the same command again: it continues where it stopped.',
  },
  DOWNLOAD_REFUSED: {
    means: 'A server or the proxy answered, but did not give the file. The error has its status code.',
    causes:
      'A wrong address or version (404), a login that is missing or wrong (401, 403, and 407 for a proxy), too many requests (429), or a server with too much to do (503).',
    fix: 'Correct the address or the login. A proxy gets it in its variable: `https_proxy=http://USER:PASSWORD@proxy:3128`. After 429 and 503, run the same command again later.',
  },
  DOWNLOAD_DIGEST: {
    means:
      'A server sent another file than the expected one: its size or its sha256 is different. The file was not kept.',
    causes:
      'The file was replaced after its digest was written down, or a proxy or mirror answers with a page of its own.',
    fix: 'Compare the digest with the one that the publisher shows. If the new file is the right one, take its digest with `bundle pull --update`.',
  },
} as const satisfies Pages
