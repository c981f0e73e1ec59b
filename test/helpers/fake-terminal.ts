import { cells } from '../../src/cells.ts'
import type { Screen } from '../../src/ui/screen.ts'

/**
 * A terminal as people see it: it breaks long lines, obeys the orders of the live view, and can get another size. It
 * shows progress and errors, not results.
 */
export class FakeTerminal implements Screen {
  readonly interactive = true
  #width: number
  readonly #height: number
  /** Everything that was printed, line by line; the cursor is in the last one. */
  #lines: string[] = ['']
  #then = () => {}

  constructor(width: number, height: number) {
    this.#width = width
    this.#height = height
  }

  out(): void {}

  err(text: string): void {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the orders of a terminal
    for (const part of text.split(/(\u001b\[\d*[AJ]|\r|\n)/)) this.#take(part)
  }

  width(): number {
    return this.#width
  }

  height(): number {
    return this.#height
  }

  onResize(then: () => void): () => void {
    this.#then = then
    return () => {}
  }

  /** Gives it another width: lines that are wider by now are broken, as most terminals do it. */
  resize(width: number): void {
    this.#width = width
    this.#then()
  }

  /** All rows, broken at the present width. */
  rows(): string[] {
    return this.#lines.slice(0, -1).flatMap((line) => this.#broken(line))
  }

  #broken(line: string): string[] {
    const rows: string[] = []
    for (const character of line) {
      const row = rows.at(-1)
      if (row === undefined || cells(row + character) > this.#width) rows.push(character)
      else rows[rows.length - 1] = row + character
    }
    return rows.length > 0 ? rows : ['']
  }

  #take(part: string): void {
    const up = part.startsWith('\u001b[') && part.endsWith('A') ? Number(part.slice(2, -1)) : 0
    if (part === '\n') this.#lines.push('')
    else if (up > 0) this.#goUp(up)
    else if (part !== '\r' && part !== '\u001b[J') this.#lines[this.#lines.length - 1] += part
  }

  /** Goes up by rows as they are broken now. What is there is erased next, so it can be forgotten. */
  #goUp(up: number): void {
    this.#lines.pop()
    for (let left = up; left > 0; ) {
      const rows = this.#broken(this.#lines.pop() ?? '')
      left -= rows.length
      if (left < 0) throw new Error('the cursor is in the middle of a line')
    }
    this.#lines.push('')
  }
}
