import { posix } from 'node:path'

/**
 * The sha256 of a file in a list as sha256sum(1) writes it: `<hex>  <name>`, or `<hex> *<name>`. Undefined where the list
 * lacks it.
 */
export function checksumIn(text: string, file: string): string | undefined {
  for (const line of text.split(/\r?\n/)) {
    const [, sum = '', name = ''] = /^([\da-f]{64}) [ *](.+)$/i.exec(line) ?? []
    if (posix.basename(name) === file) return sum.toLowerCase()
  }
  return undefined
}
