import { Lexer } from 'yaml'

// The lexer of the `yaml` library says these besides the pieces of the text.
const DOCUMENT = '\x02'
const FLOW_END = '\x18'
const SCALAR = '\x1f'

/** A block scalar: the offset and text of its header, such as `|` or `>2+`, and how far its text is indented. */
export interface BlockScalar {
  start: number
  header: string
  indent: number | undefined
}

/** Where a YAML text stands after each of its lines, by the lexer of the `yaml` library. */
export class YamlPosition {
  /** What was read. */
  text = ''
  /** The last that was read is `...`. */
  ended = false
  readonly #lexer = new Lexer()
  /** Lines that the lexer has not got yet. */
  #waiting = ''
  /** What the lexer holds back: a scalar that may go on. */
  #rest = ''
  /** The column of `#rest`, from 0. */
  #column = 0
  /** How many brackets are open, and the indentation for what is in them. */
  #brackets = 0
  #bracketWidth = 0
  /** The first column of this line that is no blank or indicator, and the column of the innermost collection. */
  #lineIndent: number | undefined
  #parentIndent = 0
  #scalarNext = false
  /** The last block scalar, and the offset of its end once that was read. */
  #block: BlockScalar | undefined
  #blockEnd: number | undefined

  /** Reads the next line. */
  read(line: string): void {
    this.#waiting += line
    if (!this.#canWait(line)) this.#lex({ more: true })
  }

  /** Ends the text. Returns the block scalar that stands there without a line break, if there is one. */
  end(): BlockScalar | undefined {
    this.#lex({ more: false })
    const last = this.text.slice(this.text.lastIndexOf('\n') + 1)
    if (this.#blockEnd !== this.text.length || last === '') return undefined
    // Blanks are text only where they reach further than the indentation.
    return /[^ ]/.test(last) || last.length > (this.#block?.indent ?? last.length) ? this.#block : undefined
  }

  /** How many spaces the next line needs to belong to the open quotes or brackets; 0 outside of them. */
  get width(): number {
    if (this.#brackets > 0) return this.#bracketWidth
    return this.#quote === undefined ? 0 : this.#column + 1
  }

  /** The column of a tab in front of the next line where libyaml does not take one. */
  wrongTab(line: string): number | undefined {
    const column = /^ *(?=\t)/.exec(line)?.[0].length
    if (column === undefined || this.#quote !== undefined) return undefined
    if (this.#inBlock) return this.#blockIndent === undefined ? column : undefined
    this.#lex({ more: true })
    const inPlain = this.#rest.trim() !== ''
    if (inPlain) return column > this.#parentIndent ? undefined : column
    return this.#brackets > 0 ? undefined : column
  }

  /** True when this line opens and ends nothing; the lexer reads an open scalar anew with each piece it gets. */
  #canWait(line: string): boolean {
    if (this.#quote !== undefined) return !line.includes(this.#quote)
    if (!this.#inBlock) return !this.ended && !/^\.\.\.|^ *\t|["'[\]{}|>]/.test(line)
    const indent = this.#blockIndent
    return /^ *\r?\n?$/.test(line) || (indent !== undefined && line.startsWith(' '.repeat(indent)))
  }

  /** The quote of the scalar that is open. */
  get #quote(): string | undefined {
    const [first = ''] = this.#rest
    return !this.#inBlock && /["']/.test(first) ? first : undefined
  }

  get #inBlock(): boolean {
    return this.#block !== undefined && this.#blockEnd === undefined
  }

  /** The indentation of the block scalar that is open; undefined before its first line with text. */
  get #blockIndent(): number | undefined {
    return this.#block?.indent ?? contentIndent(this.#rest)
  }

  #lex({ more }: { more: boolean }): void {
    const lines = this.#waiting
    this.#waiting = ''
    this.text += lines
    this.#rest += lines
    // Behind a character of two units at the start of a line the lexer would wait for the end of the text.
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

  /** A plain or a block scalar. */
  #takeScalar(token: string): void {
    this.#scalarNext = false
    this.ended = false
    this.#lineIndent ??= this.#column
    if (this.#block === undefined || !this.#inBlock) return
    this.#block.indent ??= contentIndent(token)
    this.#blockEnd = this.#offset + token.length
  }

  /** Anything but blanks and comments. */
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
