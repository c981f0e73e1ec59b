/** Where a renderer writes, and how much room there is. */
export interface Screen {
  /** Writes results, to stdout. */
  out(text: string): void
  /** Writes progress and errors, to stderr. */
  err(text: string): void
  /** Whether lines on it can be drawn again. */
  readonly interactive: boolean
  /** Columns of the terminal, from 1 on. */
  width(): number
  /** Rows of the terminal, from 1 on. */
  height(): number
  /** Calls `then` when the terminal has another size. Returns a function that ends it. */
  onResize(then: () => void): () => void
}

/** The screen of this process. Terminals of cron, serial consoles and some CI say that they have 0 columns. */
export const PROCESS_SCREEN: Screen = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
  get interactive() {
    return process.stderr.isTTY === true && process.env.TERM !== 'dumb'
  },
  width: () => process.stderr.columns || 80,
  height: () => process.stderr.rows || 24,
  onResize(then) {
    process.stderr.on('resize', then)
    return () => process.stderr.off('resize', then)
  },
}
