import { digest } from '../digest.ts'
import type { Job } from '../facts/jobs.ts'
import { type Script, sh } from '../sh.ts'
import type { Connection } from '../transport/connection.ts'
import type { Change } from './change.ts'
import type { Emit } from './event.ts'
import { PACKAGES_MS } from './render.ts'
import type { RunOptions } from './run-options.ts'
import { withLibrary } from './with-library.ts'

/** How long stopping a job may take, ms. */
const END_MS = 150_000

/**
 * Waits for jobs of an earlier run and shows their output. True when there were any. Whether they succeeded shows in
 * the next probe.
 */
export async function awaitJobs(
  connection: Connection,
  jobs: readonly Job[],
  emit: Emit,
  signal: AbortSignal,
): Promise<boolean> {
  const { host } = connection
  for (const { name, ms } of jobs) {
    emit({ event: 'waiting', host, job: name, ms })
    const onLine = (line: string) => line && emit({ event: 'line', host, step: name, line })
    const script = withLibrary(sh`cvh_follow ${name}`)
    const what = `wait for the ${name} job of an earlier run`
    await connection.run(script, { name: what, timeoutMs: PACKAGES_MS, onLine, signal })
  }
  return jobs.length > 0
}

/**
 * Waits for a job of an earlier run when its script is still wanted; stops it otherwise. Error: LOCKED instead of
 * stopping it when another convecthub works on the host.
 */
export async function settleJob(
  connection: Connection,
  job: Job,
  wanted: readonly Change[],
  { owner, emit, signal }: Pick<RunOptions, 'owner' | 'emit' | 'signal'>,
): Promise<void> {
  const texts = wanted.flatMap((change) => (change.kind === 'run' && change.durable ? [change.script] : []))
  if (texts.some((text) => jobDigest(text) === job.digest)) {
    await awaitJobs(connection, [job], emit, signal)
    return
  }
  emit({ event: 'waiting', host: connection.host, job: job.name, ms: job.ms, ends: true })
  const what = `end the ${job.name} job of an earlier run`
  await connection.run(withLibrary(sh`cvh_end ${job.name}`), {
    name: what,
    lock: owner,
    timeoutMs: END_MS,
    signal,
  })
}

/** sha256, in hex, of a job's script as cvh_job stores it on the host. */
export function jobDigest(script: Script): string {
  return digest(`${script.reveal()}\n`)
}
