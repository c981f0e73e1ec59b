import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import { pointAt } from '../printable.ts'
import type { SourceTexts, Warning } from './inventory.ts'
import { isSecretLine, isSecretName } from './mask-secrets.ts'
import { NAMELESS } from './problems.ts'

/** Adds the place in the file to errors and warnings. */
export interface SourceExcerpts {
  error(error: ConvecthubError): ConvecthubError
  warning(warning: Warning): Warning
}

/** A line of a file. */
interface Line {
  text: string
  /** True if it, or a line that it belongs to, may hold a secret. */
  secret: boolean
  /** True if it or any line above may hold a secret, comments above left out. */
  below: boolean
}

/** Errors for YAML whose structure is not certain: a secret may go on in any line below its name. */
const UNCERTAIN = ['INVENTORY_YAML', 'INVENTORY_VALUE']

/**
 * Shows where in `texts` an error or a warning is: the line, cut to what is around the column, with a caret below it.
 * A line that may hold a secret is not shown, not even masked: where the secret ends is not known.
 */
export function sourceExcerpts(texts: SourceTexts): SourceExcerpts {
  const known = new Map<string, readonly Line[]>()
  const linesOf = (file: string) => {
    const text = texts.get(file)
    const lines = known.get(file) ?? (text === undefined ? [] : linesIn(text))
    known.set(file, lines)
    return lines
  }
  /** The details with the excerpt as evidence; unchanged when the text is not known. */
  const quoted = <T extends Pick<ErrorDetails, 'origin' | 'evidence' | 'hint'>>(
    details: T,
    message: string,
    code: string,
  ): T => {
    const { file, line = 0, column } = details.origin ?? {}
    const found = file === undefined || column === undefined ? undefined : linesOf(file)[line - 1]
    if (found === undefined || column === undefined) return details
    const { evidence: _none, ...rest } = details
    const secret =
      found.secret ||
      (found.below && UNCERTAIN.includes(code)) ||
      message.startsWith(NAMELESS) ||
      isSecretName(`${message} ${details.hint}`)
    return (secret ? rest : { ...rest, evidence: pointAt(found.text, column - 1) }) as T
  }
  return {
    error: (error) => {
      const details = quoted(error.details, error.message, error.code)
      return details === error.details ? error : new ConvecthubError(error.code, error.message, details)
    },
    warning: (warning) => quoted(warning, warning.message, warning.code),
  }
}

/** A line belongs to others by its indentation, as a YAML text belongs to its key; in JSON, by a colon. */
function linesIn(text: string): Line[] {
  /** The lines around the current one, each indented deeper than the one before. */
  const around: { width: number; item: boolean; secret: boolean }[] = []
  let opening = false
  let below = false
  return text.split(/\r\n|\n|\r/).map((line) => {
    const rest = line.trimStart()
    const width = line.length - rest.length
    const item = rest.startsWith('-')
    const itself = isSecretLine(line)
    if (rest === '' || rest.startsWith('#')) {
      const secret = itself || around.some((each) => each.width < width && each.secret)
      return { text: line, secret, below: below || itself }
    }
    // the items of a list may be indented like its key
    let outer = around.at(-1)
    while (outer && (outer.width > width || (outer.width === width && (outer.item || !item)))) {
      around.pop()
      outer = around.at(-1)
    }
    const secret = itself || opening || (outer?.secret ?? false)
    around.push({ width, item, secret })
    opening = itself && /:\s*$/.test(line)
    below ||= itself
    return { text: line, secret, below }
  })
}
