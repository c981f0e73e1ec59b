import { ConvecthubError, type ErrorDetails } from '../errors.ts'
import { pointAt } from '../printable.ts'
import type { SourceTexts, Warning } from './inventory.ts'
import { isSecretName } from './mask-secrets.ts'

/** Adds the place in the file to errors and warnings. */
export interface SourceExcerpts {
  error(error: ConvecthubError): ConvecthubError
  warning(warning: Warning): Warning
}

/**
 * Shows where in `texts` an error or a warning is: the line, cut to what is around the column, with a caret below it.
 * A line that may hold a secret is not shown, not even masked: where the secret ends is not known.
 */
export function sourceExcerpts(texts: SourceTexts): SourceExcerpts {
  const known = new Map<string, readonly string[]>()
  const linesOf = (file: string) => {
    const lines = known.get(file) ?? texts.get(file)?.split(/\r\n|\n|\r/)
    if (lines) known.set(file, lines)
    return lines
  }
  /** The details with the excerpt as evidence; unchanged when the text is not known. */
  const quoted = <T extends Pick<ErrorDetails, 'origin' | 'evidence' | 'hint'>>(
    details: T,
    message: string,
  ): T => {
    const { file, line, column } = details.origin ?? {}
    const lines = file === undefined || column === undefined ? undefined : linesOf(file)
    const text = lines?.[(line ?? 0) - 1]
    if (!lines || line === undefined || text === undefined || column === undefined) return details
    const { evidence: _none, ...rest } = details
    const secret = isSecretName(`${message} ${details.hint}`) || enclosing(lines, line - 1).some(isSecretLine)
    return (secret ? rest : { ...rest, evidence: pointAt(text, column - 1) }) as T
  }
  return {
    error: (error) => {
      const details = quoted(error.details, error.message)
      return details === error.details ? error : new ConvecthubError(error.code, error.message, details)
    },
    warning: (warning) => quoted(warning, warning.message),
  }
}

/** Words in the names of variables that hold secrets; wider than what listings mask, since any value may be here. */
const SECRET = /pass|pwd|secret|token|cred|auth|key|vault/i
/** Names that look like it and hold none, and lines of a vault's text. */
const HARMLESS = /private_key_file|host_key_checking|docker_key/g
const VAULTED = /^\s*[0-9a-f]{40,}\s*$/

function isSecretLine(line: string): boolean {
  return SECRET.test(line.replace(HARMLESS, '')) || VAULTED.test(line)
}

/** The line and all lines that it belongs to by its indentation, as a YAML text belongs to its key; in JSON, by a colon. */
function enclosing(lines: readonly string[], index: number): string[] {
  const found = [lines[index] ?? '']
  const before = lines.slice(0, index).findLast((line) => line.trim() !== '')
  if (before !== undefined && /:\s*$/.test(before)) found.push(before)
  let width = indentation(found[0] ?? '')
  for (let i = index - 1; i >= 0 && width > 0; i -= 1) {
    const line = lines[i] ?? ''
    if (line.trim() === '' || indentation(line) >= width) continue
    found.push(line)
    width = indentation(line)
  }
  return found
}

const indentation = (line: string) => line.length - line.trimStart().length
