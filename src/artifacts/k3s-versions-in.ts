import { createReadStream } from 'node:fs'

const VERSION = /v1\.\d{1,3}\.\d{1,3}(?:-[a-z][\w.]{0,20})?\+k3s\d{1,3}/g

/** Longer than any version, so that none is missed where two pieces of the file meet. */
const OVERLAP = 64

/** The versions of K3s that a program names: its own, which the linker wrote into it. Reads all of it. */
export async function k3sVersionsIn(path: string): Promise<Set<string>> {
  const found = new Set<string>()
  let rest = ''
  for await (const chunk of createReadStream(path, { encoding: 'latin1', highWaterMark: 1024 * 1024 })) {
    const text: string = rest + chunk
    // one at the very end may go on in the next piece
    for (const { 0: version, index } of text.matchAll(VERSION))
      if (index + version.length < text.length) found.add(version)
    rest = text.slice(-OVERLAP)
  }
  for (const [version] of rest.matchAll(VERSION)) found.add(version)
  return found
}
