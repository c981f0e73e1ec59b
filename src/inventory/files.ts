/** All that the inventory asks of a file system. Paths are absolute. */
export interface Files {
  /** The content, or undefined when there is no such file. */
  read(path: string): Uint8Array | undefined
  /** Names of the entries, unsorted; empty when it is no directory. */
  list(path: string): readonly string[]
  kind(path: string): 'file' | 'directory' | undefined
  /** True for a file that this user may execute. */
  executable(path: string): boolean
  /** Why a file that nobody named is not trusted: it may hold somebody else's words. */
  doubtful?(path: string): string | undefined
  /** Runs `path --list` and gives its stdout; without this method inventory scripts are refused. */
  run?(path: string): Uint8Array
}
