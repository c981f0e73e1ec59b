import { quote } from '../sh.ts'
import { printResult, type Result } from '../ui/print-result.ts'
import type { OutputMode } from '../ui/renderer.ts'
import type { PullWish } from './pull-wish.ts'
import type { VerbResult } from './verb.ts'
import { withProgress } from './with-progress.ts'

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
  const { update = false, from, ca } = options
  const command = commandOf(folder, options)
  const ends = {
    stopped: (files?: string) =>
      `Stopped${files === undefined ? '' : `; ${files} fetched`}. To continue: ${command}`,
    hint: command,
    failed: (files: string) =>
      files.startsWith('0 ')
        ? undefined
        : `${files} fetched, which are kept. When the following is corrected, continue: ${command}`,
  }
  const result = await withProgress(options, ends, async (progress): Promise<Result> => {
    const wish: PullWish = { folder, update, ...progress, ...(ca !== undefined && { ca }) }
    return from === undefined
      ? (await import('./pull-by-spec.ts')).pullBySpec(wish)
      : (await import('./copy-bundle.ts')).copyBundle(from, wish)
  })
  return printResult('bundle pull', result, options)
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
