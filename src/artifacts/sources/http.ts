/** How to ask a server. */
export interface Asking {
  headers?: Readonly<Record<string, string>>
  /** The largest answer that is read, bytes. */
  limit?: number
  /** Status codes besides 2xx that the caller deals with itself, such as 401. */
  expects?: readonly number[]
  /** Ends it, with its reason where that is a ConvecthubError, else with INTERRUPTED. */
  signal?: AbortSignal
}

/** A short answer of a server, read whole. */
export interface Answer {
  status: number
  /** Names in lower case. */
  headers: Readonly<Record<string, string>>
  body: Buffer
}

/** What a downloaded file must be, as far as it is known. */
export interface Expected {
  /** Bytes. */
  size?: number
  /** Lower-case hex. */
  sha256?: string
  /** The ETag of the file: with another one the file has changed, and is fetched from its start. */
  etag?: string
}

/**
 * Fetches from servers by http and https. Errors: DOWNLOAD where a server cannot be reached, breaks off or does not keep
 * to HTTP; DOWNLOAD_REFUSED where it or the proxy answers with a status code that is an error (see `statusOf` in exchange-faults.ts);
 * DOWNLOAD_DIGEST for another file than the expected one; LOCAL_IO where this computer cannot keep it.
 */
export interface Http {
  /** Fetches something short, such as an index or a manifest. */
  get(url: string, asking?: Asking): Promise<Answer>
  /**
   * Fetches a file to `path`: writes it to `${path}.part`, continues what an earlier call left there, checks size and
   * sha256, then renames it. A redirect to another host is followed without the caller's Authorization header.
   * `onBytes` hears how many bytes were added, also those found in the .part; a negative number when they are dropped,
   * or when the download fails. `onSize` hears how many bytes the whole file has, as soon as the server says it.
   */
  download(
    url: string,
    path: string,
    expected: Expected,
    asking?: Asking & { onBytes?: (count: number) => void; onSize?: (bytes: number) => void },
  ): Promise<{ size: number; sha256: string }>
}
