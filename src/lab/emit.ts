/** Gets one line of progress. */
export type Emit = (line: string) => void
