import { loadBundle, readLock } from '../artifacts/load-bundle.ts'
import { type Packed, packBundle } from '../artifacts/pack/pack-bundle.ts'
import { type Unpacked, unpackBundle } from '../artifacts/pack/unpack-bundle.ts'
import { quote } from '../sh.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { bytes, count } from '../ui/style.ts'
import { fileEvents } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'

/** `bundle pack`: writes a bundle into one file, or several that fit on a USB stick. */
export async function bundlePackVerb(
  folder: string,
  file: string,
  options: { split?: number; base?: string; output?: OutputMode },
): VerbResult {
  const { lock } = await loadBundle(folder)
  const packed = await packBundle(folder, lock, file, {
    ...(options.split && { split: options.split }),
    ...(options.base && { base: readLock(options.base) }),
    onBytes: () => {},
  })
  const lines = [
    packedLine(packed, lock.files.length),
    `Unpack: convecthub bundle unpack ${quote(packed.parts[0] ?? file)} FOLDER`,
  ]
  return printResult(
    'bundle pack',
    { lines, events: fileEvents({ files: packed.files }), exit: 'ok' },
    options,
  )
}

function packedLine({ parts, size, files }: Packed, all: number): string {
  const [first = '', ...others] = parts
  const names = others.length > 0 ? `${first} … ${others.at(-1)}` : first
  const held = files.length === all ? count(all, 'file') : `${files.length} of ${count(all, 'file')}`
  return `Wrote ${names}: ${held}, ${bytes(size)}.`
}

/** `bundle unpack`: makes a folder of a packed bundle. */
export async function bundleUnpackVerb(
  file: string,
  folder: string,
  options: { output?: OutputMode },
): VerbResult {
  const unpacked = await unpackBundle(file, folder, () => {})
  const lines = [unpackedLine(unpacked, folder), `Next: convecthub bundle verify ${quote(folder)}`]
  return printResult(
    'bundle unpack',
    { lines, events: fileEvents({ files: unpacked.written }), exit: 'ok' },
    options,
  )
}

function unpackedLine({ written, there }: Unpacked, folder: string): string {
  const kept = there > 0 ? `; ${there} ${there === 1 ? 'was' : 'were'} there already` : ''
  return `Wrote ${count(written.length, 'file')} to ${folder}${kept}.`
}
