/** A file that a source offers. */
export interface SourceFile {
  /** Path below the source, with forward slashes. Not checked. */
  name: string
  /** Bytes. */
  size?: number
  /** Lower-case hex. */
  sha256?: string
  /** With another one the file has changed. */
  etag?: string
  /** When it was changed there, ms since 1970. */
  changed?: number
}

/** How to follow or end what a source is doing. */
export interface Following {
  /** Hears how many bytes were added; a negative number when they are dropped. */
  onBytes?: (count: number) => void
  signal?: AbortSignal
}

/** Where the files of a bundle come from: a bucket, a web server or a folder. */
export interface Source {
  /** Its address as messages show it, without a login: `s3://bucket/prefix/`. */
  readonly place: string
  /** All its files; undefined where it cannot list them, as a web server cannot. */
  list(): Promise<readonly SourceFile[] | undefined>
  /** A short file; undefined where there is none. */
  read(name: string): Promise<Buffer | undefined>
  /** Copies a file to `path`, which it gets only when size and sha256 are right. Continues what was left there. */
  fetch(file: SourceFile, path: string, following?: Following): Promise<{ size: number; sha256: string }>
}
