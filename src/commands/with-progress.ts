import type { EmitWork } from '../artifacts/work-event.ts'
import { ConvecthubError } from '../errors.ts'
import { defaultMode } from '../ui/make-renderer.ts'
import type { OutputMode } from '../ui/renderer.ts'
import { workRenderer } from '../ui/work-renderer.ts'
import { interruptSignal } from './interrupt.ts'

/** How work on files tells how far it is, and hears that it must end. */
export interface Progress {
  emit: EmitWork
  signal: AbortSignal
}

/** What is told of work that did not end well. `files`: "3 of 17 files", where it is known how many there are. */
export interface Ends {
  /** The message after Ctrl-C. */
  stopped(files: string | undefined): string
  /** What to do after Ctrl-C. */
  hint?: string
  /** A line above the errors. */
  failed?(files: string): string | undefined
}

/**
 * Does work on files that may take minutes: shows how far it is, and ends it on Ctrl-C. Errors: those of `work`, or
 * INTERRUPTED instead of them after Ctrl-C.
 */
export async function withProgress<T>(
  { output = defaultMode(), color = true }: { output?: OutputMode; color?: boolean },
  { stopped, hint, failed }: Ends,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  const renderer = workRenderer({ mode: output, color })
  const { signal, ignore } = interruptSignal(renderer.stopping)
  try {
    return await work({ emit: renderer.on, signal })
  } catch (cause) {
    renderer.close()
    const files = renderer.files()
    if (signal.aborted)
      throw new ConvecthubError('INTERRUPTED', stopped(files), { cause, ...(hint && { hint }) })
    const line = files === undefined || output === 'json' ? undefined : failed?.(files)
    if (line !== undefined) process.stderr.write(`${line}\n`)
    throw cause
  } finally {
    renderer.close()
    ignore()
  }
}
