import { statSync } from 'node:fs'
import { readLock } from '../artifacts/load-bundle.ts'
import { type Packed, packBundle } from '../artifacts/pack/pack-bundle.ts'
import { quote } from '../sh.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { bytes, count } from '../ui/style.ts'
import { fileEvents } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

interface Options {
  split?: number
  base?: string
  output?: OutputMode
}

/** `bundle pack`: writes a bundle into one file, or several that fit on a USB stick. */
export async function bundlePackVerb(folder: string, file: string, options: Options): VerbResult {
  const { split, base } = options
  const lock = readLock(folder)
  const wish = { ...(split && { split }), ...(base !== undefined && { base: readLock(base) }) }
  const packed = await withProgress(
    options,
    { stopped: () => 'Stopped; no pack was written.' },
    async (progress) => packBundle(folder, lock, file, { ...wish, ...progress }),
  )
  const whom = base === undefined ? '' : ', where FOLDER has the bundle of --base'
  const lines = [
    packedLine(packed, lock.files.length),
    `Unpack it with: convecthub bundle unpack ${quote(packed.parts[0] ?? file)} FOLDER${whom}`,
  ]
  const parts = packed.parts.map((name) => ({ event: 'part' as const, name, size: statSync(name).size }))
  const events = [...fileEvents({ files: packed.files }), ...parts]
  return printResult('bundle pack', { lines, events, exit: 'ok' }, options)
}

function packedLine({ parts, size, files }: Packed, all: number): string {
  const [first = '', ...others] = parts
  const names = others.length > 0 ? `${first} … ${others.at(-1)}` : first
  const held = files.length === all ? count(all, 'file') : `${files.length} of ${count(all, 'file')}`
  return `Wrote ${names}: ${held}, ${bytes(size)}.`
}
