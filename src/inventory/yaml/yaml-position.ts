import { Lexer } from 'yaml'

// Tokens of the `yaml` library's lexer that are not pieces of the text.
const DOCUMENT = '\x02'
const FLOW_END = '\x18'
const SCALAR = '\x1f'

/** A block scalar: the offset and text of its header, such as `|` or `>2+`, and the indentation of its text. */
export interface BlockScalar {
  start: number
  header: string
  indent: number | undefined
}

/** Follows a YAML text line by line with the library's lexer, to know what the next line is inside of. */
export class YamlPosition {
  /** All text passed to the lexer so far. */
  text = ''
  /** True right after a `...`. */
  ended = false
  readonly #lexer = new Lexer()
  /** Lines not yet passed to the lexer. */
  #waiting = ''
  /** Text for which the lexer has returned no token yet, such as a scalar that may continue. */
  #rest = ''
  /** The column where `#rest` starts, from 0. */
  #column = 0
  /** The number of open brackets, and the indentation that their content needs. */
  #brackets = 0
  #bracketWidth = 0
  /** The column of this line's first content after blanks and indicators, and that of the innermost collection. */
  #lineIndent: number | undefined
  #parentIndent = 0
  #scalarNext = false
  /** The last block scalar, and the offset of its end; undefined while it is open. */
  #block: BlockScalar | undefined
  #blockEnd: number | undefined

  read(line: string): void {
    this.#waiting += line
    if (!this.#canWait(line)) this.#lex({ more: true })
  }

  /** Ends the text. Returns the block scalar that it ends with, if there is one without a final line break. */
  end(): BlockScalar | undefined {
    this.#lex({ more: false })
    const last = this.text.slice(this.text.lastIndexOf('\n') + 1)
    if (this.#blockEnd !== this.text.length || last === '') return undefined
    // Blanks belong to the scalar only beyond its indentation.
    return /[^ ]/.test(last) || last.length > (this.#block?.indent ?? last.length) ? this.#block : undefined
  }

  /** The number of spaces that the library requires on the next line inside quotes or brackets; 0 outside. */
  get width(): number {
    if (this.#brackets > 0) return this.#bracketWidth
    return this.#quote === undefined ? 0 : this.#column + 1
  }

  /** The column of a tab before the text of the next line, if libyaml refuses it there. */
  wrongTab(line: string): number | undefined {
    const column = /^ *(?=\t)/.exec(line)?.[0].length
    if (column === undefined || this.#quote !== undefined) return undefined
    if (this.#inBlock) return this.#blockIndent === undefined ? column : undefined
    this.#lex({ more: true })
    const inPlain = this.#rest.trim() !== ''
    if (inPlain) return column > this.#parentIndent ? undefined : column
    return this.#brackets > 0 ? undefined : column
  }

  /** True if the line opens and ends nothing. Such lines can wait; the lexer rescans an open scalar on every call. */
  #canWait(line: string): boolean {
    if (this.#quote !== undefined) return !line.includes(this.#quote)
    if (!this.#inBlock) return !this.ended && !/^\.\.\.|^ *\t|["'[\]{}|>]/.test(line)
    const indent = this.#blockIndent
    return /^ *\r?\n?$/.test(line) || (indent !== undefined && line.startsWith(' '.repeat(indent)))
  }

  /** The quote character of the open scalar. */
  get #quote(): string | undefined {
    const [first = ''] = this.#rest
    return !this.#inBlock && /["']/.test(first) ? first : undefined
  }

  get #inBlock(): boolean {
    return this.#block !== undefined && this.#blockEnd === undefined
  }

  /** The indentation of the open block scalar; undefined before its first line with text. */
  get #blockIndent(): number | undefined {
    return this.#block?.indent ?? contentIndent(this.#rest)
  }

  #lex({ more }: { more: boolean }): void {
    const lines = this.#waiting
    this.#waiting = ''
    this.text += lines
    this.#rest += lines
    // A surrogate pair at the start of a line would make the lexer wait for the end of the text.
    for (const token of this.#lexer.lex(lines.replace(/[\ud800-\udfff]/g, 'x'), more)) {
      if (token === SCALAR) this.#scalarNext = true
      else if (token === FLOW_END) this.#brackets = 0
      else if (token !== DOCUMENT) this.#take(token)
    }
  }

  #take(token: string): void {
    if (this.#scalarNext) this.#takeScalar(token)
    else if (/^[^\s#]/.test(token)) this.#takeSign(token)
    this.#rest = this.#rest.slice(token.length)
    const lineStart = token.lastIndexOf('\n') + 1
    if (lineStart > 0) this.#lineIndent = undefined
    this.#column = lineStart > 0 ? token.length - lineStart : this.#column + token.length
  }

  /** Handles a plain or block scalar. */
  #takeScalar(token: string): void {
    this.#scalarNext = false
    this.ended = false
    this.#lineIndent ??= this.#column
    if (this.#block === undefined || !this.#inBlock) return
    this.#block.indent ??= contentIndent(token)
    this.#blockEnd = this.#offset + token.length
  }

  /** Handles an indicator, a quoted scalar or the like: anything but blanks, comments and other scalars. */
  #takeSign(token: string): void {
    this.ended = token === '...'
    if (/^[|>]/.test(token)) {
      const digit = /\d/.exec(token)
      const indent = digit === null ? undefined : this.#parentIndent + Number(digit[0])
      this.#block = { start: this.#offset, header: token, indent }
      this.#blockEnd = undefined
    } else if (token === '[' || token === '{') {
      if (this.#brackets === 0) this.#bracketWidth = this.#column + 1
      this.#brackets += 1
    } else if (token === ']' || token === '}') this.#brackets = Math.max(0, this.#brackets - 1)
    else if (this.#brackets === 0 && /^[-?:]$/.test(token))
      this.#parentIndent = this.#lineIndent ?? this.#column
    else this.#lineIndent ??= this.#column
  }

  get #offset(): number {
    return this.text.length - this.#rest.length
  }
}

/** The indentation of the first line that is not blank. */
function contentIndent(block: string): number | undefined {
  return /^( *)[^ \r\n]/m.exec(block)?.[1]?.length
}
