import { ConvecthubError } from '../errors.ts'
import type { Result, RunOptions } from './connection.ts'

/** How much of a job's output is kept, characters. It is the end, where the cause of a failure usually is. */
const KEEP = 4 * 1024 * 1024

/** One job on a host, from sending it until its end mark, a passed deadline or a broken link. */
export interface Job {
  id: number
  /** Names the job in errors. */
  name: string
  line(line: string): void
  /** Resets the idle deadline, as a line of output does. */
  touch(): void
  /** Stops the idle deadline once all input is sent: a host may be silent while it hashes what it got. */
  wait(): void
  /** Whether the job has ended, successfully or not. */
  over(): boolean
  end(code: number): void
  fail(error: ConvecthubError): void
  result: Promise<Result>
}

/** Starts the deadlines of a job. `onLate` is called when one passes, and must fail the job. */
export function startJob(
  host: string,
  id: number,
  run: RunOptions,
  onLate: (error: ConvecthubError) => void,
): Job {
  const began = Date.now()
  const lines: string[] = []
  let kept = 0
  // the end mark starts with a newline, so an empty line right before it is not part of the output
  let empty = false
  const expire = (what: string, ms: number) =>
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
    run.idleMs === undefined ? undefined : setTimeout(expire, run.idleMs, 'no sign of life', run.idleMs)
  const touch = () => {
    // also called after the end: a block may still be in transit when a script ends early
    if (!ended && !silent) idle?.refresh()
  }
  const whole = setTimeout(expire, run.timeoutMs, 'not finished', run.timeoutMs)
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
