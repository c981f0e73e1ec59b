/** How many names a message lists. */
const LISTED = 3

/** Something that a bundle lacks, or may lack. */
export interface Gap {
  /** A warning where it cannot be told whether the bundle has it. */
  level: 'error' | 'warning'
  message: string
  hint: string
  /** The names of the machines that need it; none where all do. */
  machines: readonly string[]
}

/** How hints end that name a line of bundle.yaml. */
export const BRINGS = 'in bundle.yaml brings it: convecthub bundle pull FOLDER'

/** How a line of bundle.yaml becomes a part of the bundle. */
export function bringing(line: string): string {
  return `\`${line}\` ${BRINGS}`
}

/** "a", "a and b", "a, b, c and 4 more". */
export function some(texts: readonly string[]): string {
  const shown =
    texts.length > LISTED + 1 ? [...texts.slice(0, LISTED), `${texts.length - LISTED} more`] : texts
  return shown.join(', ').replace(/, ([^,]*)$/, ' and $1')
}
