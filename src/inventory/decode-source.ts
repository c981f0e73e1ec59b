import { isUtf8 } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import type { Origin } from '../errors.ts'
import { readIniSource } from './ini/ini-source.ts'
import { emptyBuilder, type InventoryBuilder } from './inventory-builder.ts'
import { sourceKind } from './source-kind.ts'
import { decodeText, notUtf8 } from './source-lines.ts'

// TextDecoder's replacement for an invalid byte, and two characters that Python may put in its place (surrogateescape).
const REPLACEMENT = '\ufffd'
const ESCAPED_80 = '\udc80'
const ESCAPED_81 = '\udc81'

/**
 * Decodes an inventory file. In comments of an INI file invalid bytes only cause a warning, since Ansible accepts them
 * there. A byte counts as part of a comment if the inventory stays the same whatever character stands in its place.
 * @throws INVENTORY_ENCODING for invalid bytes anywhere else, and anywhere in YAML, as Ansible does.
 */
export function decodeSource(builder: InventoryBuilder, bytes: Uint8Array, file: string): string {
  const text = new TextDecoder().decode(bytes)
  if (isUtf8(bytes) || bytes.includes(0) || sourceKind(file, text) !== 'ini') return decodeText(bytes, file)
  const places = invalidPlaces(text, file)
  const wrong = firstOutsideComments(text, places.length, file)
  if (wrong !== undefined) throw notUtf8(bytes, places[wrong] ?? { file })
  const lines = new Map(places.reverse().map((origin) => [origin.line, origin]))
  for (const origin of [...lines.values()].reverse())
    builder.warnings.push({
      code: 'INVENTORY_ENCODING',
      message: 'this comment is not valid UTF-8',
      origin,
      hint: 'save the file as UTF-8',
    })
  return text
}

function invalidPlaces(text: string, file: string): Origin[] {
  const places: Origin[] = []
  let line = 1
  let start = 0
  for (const { 0: found, index } of text.matchAll(/\r\n|[\n\r\ufffd]/g)) {
    if (found === REPLACEMENT) places.push({ file, line, column: index - start + 1 })
    else {
      line += 1
      start = index + found.length
    }
  }
  return places
}

/** The index of the first invalid byte that is not in a comment, found by binary search. */
function firstOutsideComments(text: string, count: number, file: string): number | undefined {
  const pieces = text.split(REPLACEMENT)
  /** Reads the file with the first `changed` invalid bytes as one character and the rest as another. */
  const contentWith = (changed: number) => {
    const filled = pieces.reduce(
      (before, piece, index) => before + (index <= changed ? ESCAPED_81 : ESCAPED_80) + piece,
    )
    const builder = emptyBuilder()
    readIniSource(builder, filled, file, [])
    return [builder.groups, builder.hosts]
  }
  const original = contentWith(0)
  const same = (changed: number) => isDeepStrictEqual(contentWith(changed), original)
  if (same(count)) return undefined
  let low = 0
  let high = count
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (same(middle)) low = middle
    else high = middle
  }
  return low
}
