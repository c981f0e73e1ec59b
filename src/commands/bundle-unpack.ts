import { type Unpacked, unpackBundle } from '../artifacts/pack/unpack-bundle.ts'
import { quote } from '../sh.ts'
import { printResult } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { count } from '../ui/style.ts'
import { fileEvents, unsignedLine } from './bundle-files.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

/** `bundle unpack`: makes a folder of a packed bundle. */
export async function bundleUnpackVerb(
  file: string,
  folder: string,
  options: { output?: OutputMode },
): VerbResult {
  const command = `convecthub bundle unpack ${quote(file)} ${quote(folder)}`
  const unpacked = await withProgress(
    options,
    { stopped: () => `Stopped; ${folder} is as it was. To continue: ${command}`, hint: command },
    (progress) => unpackBundle(file, folder, progress),
  )
  const lines = [
    unpackedLine(unpacked, folder),
    ...(unpacked.unsigned ? [unsignedLine(folder)] : []),
    `Next: convecthub bundle verify ${quote(folder)}`,
  ]
  const events = fileEvents({ files: unpacked.written })
  return printResult('bundle unpack', { lines, events, exit: 'ok' }, options)
}

function unpackedLine({ written, there }: Unpacked, folder: string): string {
  const kept = there > 0 ? `; ${there} ${there === 1 ? 'was' : 'were'} there already` : ''
  return `Wrote ${count(written.length, 'file')} to ${folder}${kept}.`
}
