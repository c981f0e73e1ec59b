import { ConvecthubError } from '../errors.ts'
import type { Result, RunOptions } from './connection.ts'

/** How much of a job's output is kept for the result, bytes: the end of it, where causes stand. */
const KEEP = 4 * 1024 * 1024

/** One exchange with a host: from what was sent to the end mark, a passed deadline or a broken link. */
export interface Job {
  id: number
  /** What the wait is called. */
  name: string
  line(line: string): void
  /** A sign of life other than a line. */
  touch(): void
  /** From here on it may be silent: a host that hashes what it got says nothing. */
  wait(): void
  /** Whether it has ended, well or not. */
  over(): boolean
  end(code: number): void
  fail(error: ConvecthubError): void
  result: Promise<Result>
}

/** Starts the clocks of a job. `onLate` is told when a deadline has passed; it has to fail the job. */
export function startJob(
  host: string,
  id: number,
  run: RunOptions,
  onLate: (error: ConvecthubError) => void,
): Job {
  const began = Date.now()
  const lines: string[] = []
  let kept = 0
  // the end mark begins with a newline, so an empty last line is not the job's
  let empty = false
  const late = (what: string, ms: number) =>
    onLate(
      new ConvecthubError('TIMEOUT', `${run.name}: ${what} for ${seconds(ms)} s`, {
        host,
        evidence: lines.slice(-5).join('\n'),
        hint: 'look at the host, then run the same command again: it continues',
      }),
    )
  let ended = false
  let silent = false
  const idle =
    run.idleMs === undefined ? undefined : setTimeout(late, run.idleMs, 'no sign of life', run.idleMs)
  const touch = () => {
    // blocks are still being sent when a script has ended early
    if (!ended && !silent) idle?.refresh()
  }
  const whole = setTimeout(late, run.timeoutMs, 'not finished', run.timeoutMs)
  const settle = () => {
    ended = true
    clearTimeout(whole)
    clearTimeout(idle)
  }
  const take = (line: string) => {
    lines.push(line)
    kept += line.length + 1
    for (let dropped = 0; kept > 2 * KEEP; ) {
      while (dropped < lines.length - 1 && kept > KEEP) kept -= (lines[dropped++]?.length ?? 0) + 1
      lines.splice(0, dropped)
    }
    run.onLine?.(line)
  }
  let end: Job['end'] = () => {}
  let fail: Job['fail'] = () => {}
  const result = new Promise<Result>((resolve, reject) => {
    end = (code) => {
      settle()
      resolve({ code, output: lines.join('\n'), ms: Date.now() - began })
    }
    fail = (error) => {
      settle()
      reject(error)
    }
  })
  const wait = () => {
    silent = true
    clearTimeout(idle)
  }
  const line = (text: string) => {
    touch()
    if (empty) take('')
    empty = text === ''
    if (!empty) take(text)
  }
  return { id, name: run.name, line, touch, wait, over: () => ended, end, fail, result }
}

function seconds(ms: number): string {
  return ms < 10_000 ? (ms / 1000).toFixed(1) : String(Math.round(ms / 1000))
}
