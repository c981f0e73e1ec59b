import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { pointAt } from '../printable.ts'
import { yamlReason } from '../yaml-reason.ts'

/** A YAML file that is read by a schema. */
export interface YamlFile {
  document: ReturnType<typeof parseDocument>
  /** An error of this file, at an offset in its text. */
  wrong(message: string, at?: number, hint?: string): ConvecthubError
  /** The offset of the value at these keys. */
  at(...keys: readonly string[]): number | undefined
  /** What the file holds. Errors: one for each mistake. */
  as<T>(schema: z.ZodType<T>): T
}

/**
 * Parses the text of the YAML file at `path`. Errors have this code and hint, and show the line where there is one. The
 * first mistake in the YAML itself is the only one that is told, since most of the others follow from it.
 */
export function yamlFile(
  path: string,
  text: string,
  { code, hint }: { code: 'BUNDLE_LOCK' | 'BUNDLE_YAML'; hint: string },
): YamlFile {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const wrong: YamlFile['wrong'] = (message, at, other = hint) => {
    const { line, col: column } = lines.linePos(at ?? 0)
    const shown = text.split(/\r?\n/)[line - 1]
    return new ConvecthubError(code, message, {
      origin: { file: path, ...(at !== undefined && { line, column }) },
      ...(at !== undefined && shown && { evidence: pointAt(shown, column - 1) }),
      hint: other,
    })
  }
  const [broken] = document.errors
  if (broken) {
    const { reason, hint: advice } = yamlReason(broken.message)
    throw wrong(`it is not valid YAML: ${reason}`, broken.pos[0], advice)
  }
  return {
    document,
    wrong,
    at: (...keys) => positionOf(document, keys),
    as: (schema) => {
      const parsed = schema.safeParse(plainValue(document, wrong), { error: wordsFor })
      if (parsed.success) return parsed.data
      throw new ConvecthubErrors(
        parsed.error.issues.map((issue) => {
          const [first, ...rest] = issue.path.map(String)
          const field = first === undefined ? 'it' : [first, ...rest].join('.').replace(/\.(\d+)/g, '[$1]')
          const [unknown] = issue.code === 'unrecognized_keys' ? issue.keys : []
          return wrong(`${field} ${issue.message}`, positionOf(document, issue.path, unknown))
        }),
      )
    },
  }
}

/** Error: `wrong` for aliases of aliases, which would fill the memory. */
function plainValue(document: YamlFile['document'], wrong: YamlFile['wrong']): unknown {
  try {
    return document.toJS()
  } catch {
    throw wrong('it has too many aliases (*name)', undefined, 'write the values themselves')
  }
}

/** What a field needs, by zod's name for its type. */
const NEEDED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

/** zod's words for a mistake, in the way that they follow the name of a field. */
function wordsFor(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return `has an unknown field: ${issue.keys.join(', ')}`
  if (issue.input === undefined) return 'is missing'
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.join(', ').replace(/, ([^,]*)$/, ' or $1')}`
  if (issue.code === 'invalid_type') return `must be ${NEEDED[issue.expected] ?? issue.expected}`
  if (issue.code === 'too_small') return issue.origin === 'array' ? 'is empty' : 'must not be negative'
  return 'is wrong'
}

/** The offset of the value at these keys, or of what should hold it; of an unknown field, that of its name. */
function positionOf(
  document: YamlFile['document'],
  keys: readonly PropertyKey[],
  unknown?: string,
): number | undefined {
  for (let length = keys.length; length >= 0; length--) {
    const node = document.getIn(keys.slice(0, length), true)
    const named = isMap(node) && node.items.find(({ key }) => isScalar(key) && key.value === unknown)?.key
    const place = isNode(named) ? named : node
    if (isNode(place) && place.range) return place.range[0]
  }
  return undefined
}
