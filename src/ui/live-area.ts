import { cells } from '../cells.ts'
import type { Screen } from './screen.ts'

/** The lines at the end of a terminal that are drawn again and again. The cursor stays below them. */
export class LiveArea {
  readonly #screen: Pick<Screen, 'err' | 'width'>
  #drawn: readonly string[] = []
  #width = 0

  constructor(screen: Pick<Screen, 'err' | 'width'>) {
    this.#screen = screen
  }

  /** Draws these lines instead of those that are there. They should be no wider than the terminal. */
  draw(lines: readonly string[]): void {
    const same = lines.length === this.#drawn.length && lines.every((line, i) => line === this.#drawn[i])
    if (!same || this.#width !== this.#screen.width()) this.#replace('', lines)
  }

  /** Prints permanent lines, each with its newline, and draws these lines below them. */
  above(text: string, lines: readonly string[]): void {
    this.#replace(text, lines)
  }

  clear(): void {
    if (this.#drawn.length > 0) this.#replace('', [])
  }

  /** Erases, prints and draws in a single write, so that nothing flickers. */
  #replace(text: string, lines: readonly string[]): void {
    const width = this.#screen.width()
    // a terminal that has become narrower has broken the lines
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(cells(line) / width)), 0)
    const erase = rows > 0 ? `\r\u001b[${rows}A\u001b[J` : ''
    this.#screen.err(erase + text + lines.map((line) => `${line}\n`).join(''))
    this.#drawn = lines
    this.#width = width
  }
}
