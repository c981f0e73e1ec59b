import { ConvecthubError } from '../errors.ts'
import { quote } from '../sh.ts'
import { defaultMode } from '../ui/make-renderer.ts'
import { printResult, type Result } from '../ui/print-result.ts'
import { type PullRenderer, pullRenderer } from '../ui/pull-renderer.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { interruptSignal } from './interrupt.ts'
import type { PullWish } from './pull-wish.ts'
import type { VerbResult } from './verb.ts'

interface Options {
  update?: boolean
  from?: string
  ca?: string
  output?: OutputMode
  color: boolean
}

/**
 * `bundle pull`: makes a folder hold what its bundle.yaml asks for; with --from, what another place has. Errors: those of
 * pullBundle or copyFrom, and USAGE for --ca. A pull that was stopped or failed continues with the same command.
 */
export async function bundlePullVerb(folder: string, options: Options): VerbResult {
  const { update = false, from, ca, output = defaultMode(), color } = options
  const renderer = pullRenderer({ mode: output, color })
  const { signal, ignore } = interruptSignal(renderer.stopping)
  const wish = { folder, update, signal, emit: renderer.on, ...(ca !== undefined && { ca }) }
  try {
    const result = await (from === undefined ? pullBySpec(wish) : copyBundle(from, wish))
    renderer.close()
    return printResult('bundle pull', result, options)
  } catch (error) {
    renderer.close()
    throw told(error, renderer, { output, command: commandOf(folder, options) })
  } finally {
    ignore()
  }
}

async function pullBySpec(wish: PullWish): Promise<Result> {
  return (await import('./pull-by-spec.ts')).pullBySpec(wish)
}

async function copyBundle(from: string, wish: PullWish): Promise<Result> {
  return (await import('./copy-bundle.ts')).copyBundle(from, wish)
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

function commandOf(folder: string, { update, from, ca }: Options): string {
  return [
    'convecthub bundle pull',
    quote(folder),
    ...(from === undefined ? [] : ['--from', quote(from)]),
    ...(update ? ['--update'] : []),
    ...(ca === undefined ? [] : ['--ca', quote(ca)]),
  ].join(' ')
}
