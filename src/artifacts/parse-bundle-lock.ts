import { dirname } from 'node:path'
import { isNode, LineCounter, parseDocument } from 'yaml'
import type { z } from 'zod'
import { ConvecthubError, ConvecthubErrors } from '../errors.ts'
import { quote } from '../sh.ts'
import { yamlReason } from '../yaml-reason.ts'
import { BUNDLE_LOCK, type BundleLock, bundleLockSchema, LOCK_VERSION, lackingIn } from './bundle-lock.ts'

/** What a field needs, by zod's name for its type. */
const NEEDED: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
}

/**
 * Reads the text of the bundle.lock.yaml at `path`. Errors: a BUNDLE_LOCK for each mistake, with its line where it has
 * one.
 */
export function parseBundleLock(path: string, text: string): BundleLock {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines })
  const wrong = (message: string, at?: number) => {
    const { line, col: column } = lines.linePos(at ?? 0)
    return new ConvecthubError('BUNDLE_LOCK', message, {
      origin: { file: path, ...(at !== undefined && { line, column }) },
      hint: `take the ${BUNDLE_LOCK} that came with the bundle, or write it again: ${lockCommand(dirname(path))}`,
    })
  }
  const [broken] = document.errors
  if (broken) throw wrong(`it is not valid YAML: ${yamlReason(broken.message).reason}`, broken.pos[0])
  const form = document.get('version')
  if (typeof form === 'number' && form > LOCK_VERSION)
    throw new ConvecthubError(
      'BUNDLE_LOCK',
      `it has version ${form}; this convecthub reads up to ${LOCK_VERSION}`,
      {
        origin: { file: path },
        hint: 'use the convecthub that the bundle was made with, or a later one',
      },
    )
  const parsed = bundleLockSchema.safeParse(document.toJS(), { error: wordsFor })
  if (!parsed.success) {
    throw new ConvecthubErrors(
      parsed.error.issues.map(({ path: keys, message }) => {
        const [first, ...rest] = keys.map(String)
        const field = first === undefined ? 'it' : [first, ...rest].join('.').replace(/\.(\d+)/g, '[$1]')
        return wrong(`${field} ${message}`, positionOf(document, keys))
      }),
    )
  }
  const lacking = lackingIn(parsed.data.files)
  if (lacking.length > 0) throw wrong(`it lacks: ${lacking.join(', ')}`)
  return parsed.data
}

/** The command that describes a bundle's folder. */
export function lockCommand(folder: string): string {
  return `convecthub bundle lock ${quote(folder)}`
}

/** zod's words for a mistake, in the way that they follow the name of a field. */
function wordsFor(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'unrecognized_keys') return `has a field that is not known: ${issue.keys.join(', ')}`
  if (issue.input === undefined) return 'is missing'
  if (issue.code === 'invalid_value')
    return `must be ${issue.values.join(', ').replace(/, ([^,]*)$/, ' or $1')}`
  if (issue.code === 'invalid_type') return `must be ${NEEDED[issue.expected] ?? issue.expected}`
  if (issue.code === 'too_small') return issue.origin === 'array' ? 'is empty' : 'must not be negative'
  return 'is wrong'
}

/** The offset of a field's value, or else of what should hold it. */
function positionOf(
  document: ReturnType<typeof parseDocument>,
  keys: readonly PropertyKey[],
): number | undefined {
  for (let length = keys.length; length >= 0; length--) {
    const node = document.getIn(keys.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
  }
  return undefined
}
