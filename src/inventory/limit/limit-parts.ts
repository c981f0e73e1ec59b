import { resolve } from 'node:path'
import { parseAddress } from '../address.ts'
import type { Files } from '../files.ts'
import { problem } from '../problems.ts'
import { strip } from '../python/python-text.ts'
import { decodeText } from '../source-lines.ts'

/** One part of a limit. `origin` is the line of the `@file` that it came from. */
export interface LimitPart {
  text: string
  origin?: { file: string; line: number }
}

/**
 * Splits a limit into its parts (rules.md §11.1): at commas if it contains any, else at colons and blanks unless the
 * whole limit is one address. `@file` is replaced by the lines of the file.
 * @throws INVENTORY_LIMIT_FILE when the file does not exist or is a directory.
 */
export function limitParts(limit: string, cwd: string, files: Files): LimitPart[] {
  return splitLimit(limit).flatMap((text) =>
    text.startsWith('@') ? fileParts(text.slice(1), cwd, files) : { text },
  )
}

function splitLimit(limit: string): string[] {
  let parts: string[]
  if (limit.includes(',')) parts = limit.split(',')
  else if (parseAddress(limit) !== undefined) parts = [limit]
  else parts = limit.match(/(?:[^\s:[\]]|\[[^[\]]*\])+/gu) ?? []
  return parts.map((part) => strip(part).text).filter((part) => part !== '')
}

function fileParts(file: string, cwd: string, files: Files): LimitPart[] {
  const path = resolve(cwd, file)
  const hint = 'one host, group or pattern a line'
  if (files.kind(path) === 'directory')
    throw problem('INVENTORY_LIMIT_FILE', `the limit @${file} is a directory`, { hint })
  const bytes = files.read(path)
  if (bytes === undefined) throw problem('INVENTORY_LIMIT_FILE', `there is no limit file ${file}`, { hint })
  return decodeText(bytes, file)
    .split('\n')
    .map((line, index) => ({ text: strip(line).text, origin: { file, line: index + 1 } }))
    .filter(({ text }) => text !== '')
}
