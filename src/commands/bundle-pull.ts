import { readLogins } from '../artifacts/images/registry-logins.ts'
import { requiredImages } from '../artifacts/proof/required-images.ts'
import { type Pulled, pullBundle } from '../artifacts/pull/pull-bundle.ts'
import type { PullEvent } from '../artifacts/pull/pull-event.ts'
import { makeHttp } from '../artifacts/sources/make-http.ts'
import { ConvecthubError } from '../errors.ts'
import { quote } from '../sh.ts'
import { hubDefaults } from '../steps/hub-defaults.ts'
import { defaultMode } from '../ui/make-renderer.ts'
import { printResult } from '../ui/print-result.ts'
import { type PullRenderer, pullRenderer } from '../ui/pull-renderer.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { bytes, count } from '../ui/style.ts'
import { differenceEvents, differenceLines } from './bundle-diff.ts'
import { fileEvents, totalOf } from './bundle-files.ts'
import { interruptSignal } from './interrupt.ts'
import type { VerbResult } from './verb.ts'

interface Options {
  update?: boolean
  ca?: string
  output?: OutputMode
  color: boolean
}

/**
 * `bundle pull`: makes a folder hold what its bundle.yaml asks for. Errors: those of pullBundle, and USAGE for --ca. A
 * pull that was stopped or failed continues with the same command.
 */
export async function bundlePullVerb(folder: string, options: Options): VerbResult {
  const { update = false, ca, output = defaultMode(), color } = options
  const renderer = pullRenderer({ mode: output, color })
  const { signal, ignore } = interruptSignal(renderer.stopping)
  const fetched: { size: number }[] = []
  const on = (event: PullEvent) => {
    renderer.on(event)
    if (event.event === 'fetched') fetched.push(event)
  }
  try {
    const pulled = await pullBundle({
      ...{ folder, update, signal, emit: on, logins: readLogins(process.env), findImages: requiredImages },
      connect: (mirrors, stop) => makeHttp({ mirrors, signal: stop, ...(ca !== undefined && { ca }) }),
      layers: (values) => [hubDefaults([], values), values],
    })
    renderer.close()
    return printResult('bundle pull', resultOf(folder, pulled, fetched), options)
  } catch (error) {
    renderer.close()
    throw told(error, renderer, { output, command: commandOf(folder, options) })
  } finally {
    ignore()
  }
}

function resultOf(folder: string, { lock, changes }: Pulled, fetched: readonly { size: number }[]) {
  const size = fetched.reduce((sum, each) => sum + each.size, 0)
  const how =
    fetched.length > 0 ? `${count(fetched.length, 'file')} fetched, ${bytes(size)}` : 'nothing to fetch'
  return {
    lines: [
      ...differenceLines(changes),
      `${folder}: ${totalOf(lock)}; ${how}.`,
      `Next: convecthub bundle verify ${quote(folder)}`,
    ],
    events: [...differenceEvents(changes), ...fileEvents(lock)],
    exit: 'ok' as const,
  }
}

/** What a pull that did not end well tells: after Ctrl-C how to continue; after an error also what is there. */
function told(
  error: unknown,
  renderer: PullRenderer,
  { output, command }: { output: OutputMode; command: string },
): unknown {
  const files = renderer.files()
  if (error instanceof ConvecthubError && error.code === 'INTERRUPTED')
    return new ConvecthubError(
      'INTERRUPTED',
      `Stopped${files === undefined ? '' : `: ${files} are there`}. To continue: ${command}`,
      { cause: error, hint: command },
    )
  if (files !== undefined && output !== 'json')
    process.stderr.write(`${files} are there. To continue, when that is corrected: ${command}\n`)
  return error
}

function commandOf(folder: string, { update, ca }: Options): string {
  return [
    'convecthub bundle pull',
    quote(folder),
    ...(update ? ['--update'] : []),
    ...(ca === undefined ? [] : ['--ca', quote(ca)]),
  ].join(' ')
}
