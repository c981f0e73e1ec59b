import { ConvecthubError } from '../errors.ts'
import { type Facts, makeProbe } from '../facts/fact.ts'
import { newMark } from '../mark.ts'
import { joinSh, type Script, sh } from '../sh.ts'
import type { ApplyOptions } from './apply-options.ts'
import type { Change, UploadChange } from './change.ts'
import { interrupted } from './interrupted.ts'
import { hintFor } from './known-causes.ts'
import { readProbe } from './probe.ts'
import { changeMs, marks, renderChanges } from './render.ts'
import { upload } from './upload.ts'

/** How many of a failed change's last output lines become the evidence of its error. */
const EVIDENCE = 15

/**
 * Makes the changes in order, then probes the facts again. Consecutive changes and the probe share one exec; only
 * uploads have their own. Errors: STEP_FAILED with the last lines of the failed change, and those of upload() and the
 * connection.
 */
export async function apply(options: ApplyOptions): Promise<Facts> {
  const batch: [number, Exclude<Change, UploadChange>][] = []
  for (const [index, change] of options.changes.entries()) {
    if (change.kind !== 'upload') {
      batch.push([index, change])
      continue
    }
    if (batch.length > 0) await runBatch(options, batch.splice(0))
    const began = Date.now()
    const at = { host: options.host, step: options.step, change }
    options.emit({ event: 'change-start', ...at })
    await upload(options, change)
    options.emit({ event: 'change-end', ...at, ms: Date.now() - began })
  }
  const questions = makeProbe(options.facts)
  return readProbe(options.host, questions, await runBatch(options, batch, questions.script))
}

/** Runs changes, then the probe, and returns the whole output. */
async function runBatch(
  { connection, host, step, owner, emit, signal }: ApplyOptions,
  batch: readonly [number, Exclude<Change, UploadChange>][],
  probe?: Script,
): Promise<string> {
  const lines: string[] = []
  const pending = [...batch]
  let current: Change | undefined
  let began = 0
  let probing = false
  const mark = marks(newMark())
  const endCurrent = () => {
    if (current) emit({ event: 'change-end', host, step, change: current, ms: Date.now() - began })
    current = undefined
  }
  const onLine = (line: string) => {
    if (probing) return
    const [next] = pending
    if (line === mark.probe) {
      endCurrent()
      probing = true
    } else if (next && line === mark.change(next[0])) {
      endCurrent()
      pending.shift()
      current = next[1]
      lines.length = 0
      began = Date.now()
      emit({ event: 'change-start', host, step, change: current })
    } else if (line !== '') {
      lines.push(line)
      if (lines.length > 2 * EVIDENCE) lines.splice(0, EVIDENCE)
      emit({ event: 'line', host, step, line })
    }
  }
  const script = renderChanges(batch, step, mark)
  const timeoutMs = 60_000 + batch.reduce((sum, [, change]) => sum + changeMs(change), 0)
  const result = await connection.run(
    probe ? joinSh([script, sh`printf '\n%s\n' ${mark.probe}`, probe]) : script,
    {
      name: step,
      lock: owner,
      timeoutMs,
      onLine,
      signal,
    },
  )
  if (signal.aborted) throw interrupted(host, step, current)
  if (result.code !== 0 && !probing) {
    const evidence = lines.slice(-EVIDENCE).join('\n')
    throw new ConvecthubError('STEP_FAILED', failure(current, step, result.code), {
      host,
      step,
      evidence,
      hint: hintFor(evidence),
    })
  }
  endCurrent()
  return result.output
}

function failure(change: Change | undefined, step: string, code: number): string {
  if (change?.kind === 'service' && code === 70) return `${change.title}: it ends again and again`
  if (change?.kind === 'wait')
    return `${change.title}: it ${code === 70 ? 'will not come, and was given up' : `did not come${code === 75 ? ` within ${change.timeoutMs / 1000} s` : ''}`}`
  return `${change?.title ?? step}: exit code ${code}`
}
