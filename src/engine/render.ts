import { dirname } from 'node:path/posix'
import { Secret } from '../secret.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import type { Change, FileChange, RunChange, UploadChange, WaitChange } from './change.ts'
import { withLibrary } from './with-library.ts'

/** How long installing packages may take, ms. */
export const PACKAGES_MS = 30 * 60_000

type Rendered = Exclude<Change, UploadChange>

/** Lines that a script prints to report its progress. They are random, so no program on the host can imitate them. */
export interface Marks {
  /** This change begins, so those before it succeeded. */
  change(index: number): string
  /** All changes succeeded, and the probe begins. */
  probe: string
}

/** Marks that begin with `mark`, see newMark(). */
export function marks(mark: string): Marks {
  return { change: (index) => `${mark} change ${index}`, probe: `${mark} probe` }
}

/**
 * Renders changes as one script. Each change prints its mark when it begins, and the first failure ends the script.
 * Each change runs in a subshell, except files: the functions that write them leave nothing in the shell but caches.
 */
export function renderChanges(
  changes: readonly (readonly [number, Rendered])[],
  job: string,
  { change: markOf }: Marks,
): Script {
  const parts = changes.flatMap(([index, change]) => [
    sh`printf '\n%s\n' ${markOf(index)}`,
    change.kind === 'file' ? renderFile(change) : sh`( set -e\n${renderChange(change, job)}\n)`,
    EXIT_ON_FAILURE,
  ])
  return withLibrary(joinSh([rawSh('cvh_load'), ...parts]))
}

const EXIT_ON_FAILURE = rawSh(`code=$?
[ "$code" = 0 ] || exit "$code"`)

/** Deadline of a change, ms. */
export function changeMs(change: Change): number {
  switch (change.kind) {
    case 'file':
      return 30_000
    case 'upload':
      return 60_000 + change.artifact.size / 100
    case 'packages':
      return PACKAGES_MS
    case 'run':
    case 'service':
      return change.timeoutMs
    case 'wait':
      return change.timeoutMs + (change.undo?.timeoutMs ?? 0)
  }
}

function renderChange(change: Exclude<Rendered, FileChange>, job: string): Script {
  switch (change.kind) {
    case 'packages':
      return asJob(job, change.script)
    case 'run':
      return renderRun(change, job)
    case 'service':
      return change.script
    case 'wait':
      return renderWait(change)
  }
}

function renderFile({ path, content, mode }: FileChange): Script {
  return sh`cvh_folder ${dirname(path)} && cvh_record file ${path} && printf '%s' ${content} | cvh_place ${path} ${mode}`
}

function renderRun({ script, durable }: RunChange, job: string): Script {
  return durable ? asJob(job, script) : script
}

function renderWait({ begin, until, timeoutMs, evidence, undo }: WaitChange): Script {
  return sh`${begin ?? rawSh(':')}
cvh_asked() { ${until}
}
cvh_wait ${Math.ceil(timeoutMs / 1000)} cvh_asked || { code=$?; ${evidence ?? rawSh(':')}
${undo?.script ?? rawSh(':')}
exit "$code"; }`
}

/** A job's script lies in a file on the host while it runs, so it must not contain a secret. */
function asJob(job: string, script: Script): Script {
  if (script.parts.some((part) => part instanceof Secret))
    throw new Error(`the job ${job} must hold no secret`)
  return sh`printf '%s\n' ${script.reveal()} | cvh_job ${job}`
}
