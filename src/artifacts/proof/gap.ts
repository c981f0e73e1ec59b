/** Something that a bundle lacks, or may lack. */
export interface Gap {
  /** A warning where it cannot be told whether the bundle has it. */
  level: 'error' | 'warning'
  message: string
  hint: string
  /** The names of the machines that need it; none where all do. */
  machines: readonly string[]
}

/** How a line of bundle.yaml becomes a part of the bundle. */
export function bringing(line: string): string {
  return `\`${line}\` in bundle.yaml brings it: convecthub bundle pull FOLDER`
}
