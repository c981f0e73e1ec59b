import { ConvecthubError } from '../errors.ts'
import { type Facts, probeScript } from '../facts/fact.ts'
import { joinSh, type Script, sh } from '../sh.ts'
import type { ApplyOptions } from './apply-options.ts'
import type { Change, UploadChange } from './change.ts'
import { interrupted } from './interrupted.ts'
import { knownCause } from './known-causes.ts'
import { readProbe } from './probe.ts'
import { CHANGE_MARK, changeMs, PROBE_MARK, renderChanges } from './render.ts'
import { upload } from './upload.ts'

/**
 * Makes the changes in order and probes anew, neighbours and probe in one exec; only an upload is an exchange of its
 * own. Errors: STEP_FAILED with the last lines of the failed change, and those of upload and the connection.
 */
export async function apply(options: ApplyOptions): Promise<Facts> {
  const batch: [number, Exclude<Change, UploadChange>][] = []
  for (const [index, change] of options.changes.entries()) {
    if (change.kind !== 'upload') {
      batch.push([index, change])
      continue
    }
    if (batch.length > 0) await runBatch(options, batch.splice(0), undefined)
    const began = Date.now()
    const at = { host: options.host, step: options.step, change }
    options.emit({ event: 'change-start', ...at })
    await options.uploads(() => upload(options, change))
    options.emit({ event: 'change-end', ...at, ms: Date.now() - began })
  }
  const output = await runBatch(
    options,
    batch,
    joinSh([sh`printf '%s\n' ${PROBE_MARK}`, probeScript(options.facts)]),
  )
  return readProbe(options.host, options.facts, output)
}

/** Runs changes and what follows; returns what was printed after the probe's mark. */
async function runBatch(
  { connection, host, step, owner, changes, emit, signal }: ApplyOptions,
  batch: readonly [number, Exclude<Change, UploadChange>][],
  then: Script | undefined,
): Promise<string> {
  const lines: string[] = []
  let current: Change | undefined
  let failed: Change | undefined
  let began = 0
  let probing = false
  const onLine = (line: string) => {
    if (probing) return
    const [, index, what, code] = new RegExp(`^${CHANGE_MARK} (\\d+) (start|end) ?(\\d*)$`).exec(line) ?? []
    const change = index === undefined ? undefined : changes[Number(index)]
    if (line === PROBE_MARK) probing = true
    else if (change && what === 'start') {
      current = change
      lines.length = 0
      began = Date.now()
      emit({ event: 'change-start', host, step, change })
    } else if (change && what === 'end') {
      if (code !== '0') failed = change
      else emit({ event: 'change-end', host, step, change, ms: Date.now() - began })
    } else if (line !== '') {
      lines.push(line)
      emit({ event: 'line', host, step, line })
    }
  }
  const script = renderChanges(batch, step)
  const timeoutMs = 60_000 + batch.reduce((sum, [, change]) => sum + changeMs(change), 0)
  const result = await connection.run(then ? joinSh([script, then]) : script, {
    name: step,
    lock: owner,
    timeoutMs,
    onLine,
    signal,
  })
  if (signal.aborted) throw interrupted(host, step, current)
  if (failed || (result.code !== 0 && !probing)) {
    const evidence = lines.slice(-15).join('\n')
    throw new ConvecthubError('STEP_FAILED', 'failed', failure(failed ?? current, step, result.code), {
      host,
      step,
      evidence,
      hint:
        knownCause(evidence) ??
        "the lines above are the host's own; mend the cause, then run the same command again",
    })
  }
  return result.output.split(`\n${PROBE_MARK}\n`).at(-1) ?? ''
}

function failure(change: Change | undefined, step: string, code: number): string {
  if (change?.kind === 'wait')
    return `${change.title}: it ${code === 70 ? 'will not come, and was given up' : `did not come${code === 75 ? ` within ${change.timeoutMs / 1000} s` : ''}`}`
  return `${change?.title ?? step}: exit code ${code}`
}
