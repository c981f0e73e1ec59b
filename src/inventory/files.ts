/** The file system that the inventory is read from. All paths are absolute. */
export interface Files {
  /** The content of a file; undefined if there is no such file. */
  read(path: string): Uint8Array | undefined
  /** The names of a directory's entries, unsorted; empty if the path is not a directory. */
  list(path: string): readonly string[]
  kind(path: string): 'file' | 'directory' | undefined
  /** True for a file that this user may execute. */
  executable(path: string): boolean
  /** Says why a file that the user did not name is not to be trusted, such as one that others may write to. */
  doubtful?(path: string): string | undefined
  /** Runs `path --list` and returns its stdout. Without this method inventory scripts are refused. */
  run?(path: string): Uint8Array
}
