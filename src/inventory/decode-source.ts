import { isUtf8 } from 'node:buffer'
import { isDeepStrictEqual } from 'node:util'
import type { Origin } from '../errors.ts'
import { readIniSource } from './ini/ini-source.ts'
import { type InventoryBuilder, newDraft } from './inventory-builder.ts'
import { sourceKind } from './source-kind.ts'
import { decodeText, notUtf8 } from './source-lines.ts'

// What a decoder writes for bytes that are not UTF-8, and two of the characters that Python has for them.
const BROKEN = '\ufffd'
const ONE = '\udc80'
const OTHER = '\udc81'

/**
 * Decodes an inventory file. As for Ansible, bytes in the comments of an INI file may be anything, here with a warning;
 * they stand in a comment when the file means the same whatever they are. In YAML Ansible takes them nowhere.
 * @throws INVENTORY_ENCODING when the bytes are not UTF-8.
 */
export function decodeSource(builder: InventoryBuilder, bytes: Uint8Array, file: string): string {
  const text = new TextDecoder().decode(bytes)
  if (isUtf8(bytes) || sourceKind(file, text) !== 'ini') return decodeText(bytes, file)
  const places = brokenPlaces(text, file)
  const wrong = firstWithMeaning(text, places.length, file)
  if (wrong !== undefined) throw notUtf8(places[wrong] ?? { file })
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

function brokenPlaces(text: string, file: string): Origin[] {
  const places: Origin[] = []
  let line = 1
  let start = 0
  for (const { 0: found, index } of text.matchAll(/\r\n|[\n\r\ufffd]/g)) {
    if (found === BROKEN) places.push({ file, line, column: index - start + 1 })
    else {
      line += 1
      start = index + found.length
    }
  }
  return places
}

/** The index of the first broken character that is more than a comment. */
function firstWithMeaning(text: string, count: number, file: string): number | undefined {
  const pieces = text.split(BROKEN)
  /** What the file says with that many characters replaced otherwise. */
  const meaning = (others: number) => {
    const filled = pieces.reduce((before, piece, index) => before + (index <= others ? OTHER : ONE) + piece)
    const builder = newDraft()
    readIniSource(builder, filled, file, [])
    return [builder.groups, builder.hosts]
  }
  const plain = meaning(0)
  const same = (others: number) => isDeepStrictEqual(meaning(others), plain)
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
