import { Secret } from '../secret.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Change, FileChange, PackagesChange, RunChange, UploadChange, WaitChange } from './change.ts'

/** Marks the start and end of each change in the output of an apply script; the number counts from 0. */
export const CHANGE_MARK = '::change'

/** After this line comes the output of the probe that follows the changes. */
export const PROBE_MARK = '::probe'

/** How long installing packages may take, ms. */
export const PACKAGES_MS = 30 * 60_000

type Rendered = Exclude<Change, UploadChange>

/** Changes as one script: each in a subshell of its own, reporting as it goes, the first failure ends it. */
export function renderChanges(changes: readonly (readonly [number, Rendered])[], job: string): Script {
  const library = rawSh(template('remote/library.sh'))
  const parts = changes.map(
    ([index, change]) => sh`printf '%s\n' ${`${CHANGE_MARK} ${index} start`}
( set -e
${renderChange(change, job)}
)
code=$?
printf '\n%s\n' ${`${CHANGE_MARK} ${index} end`}" $code"
[ "$code" = 0 ] || exit "$code"`,
  )
  return joinSh([library, rawSh('cvh_load'), ...parts])
}

/** The longest that a change may take, ms. */
export function changeMs(change: Change): number {
  switch (change.kind) {
    case 'file':
      return 30_000
    case 'upload':
      return 60_000 + change.artifact.size / 100
    case 'packages':
      return PACKAGES_MS
    case 'run':
    case 'wait':
      return change.timeoutMs
  }
}

function renderChange(change: Rendered, job: string): Script {
  switch (change.kind) {
    case 'file':
      return renderFile(change)
    case 'packages':
      return renderPackages(change, job)
    case 'run':
      return renderRun(change, job)
    case 'wait':
      return renderWait(change)
  }
}

function renderFile({ path, content, mode, ours }: FileChange): Script {
  return sh`${ours ? sh`cvh_record file ${path}` : rawSh(':')}
cvh_write ${path} ${mode} ${content}`
}

function renderPackages({ names }: PackagesChange, job: string): Script {
  return asJob(
    job,
    sh`set -- ${[...names]}
${rawSh(template('remote/apt.sh'))}
${rawSh(template('remote/apt-install.sh'))}`,
  )
}

function renderRun({ script, durable }: RunChange, job: string): Script {
  return durable ? asJob(job, script) : script
}

function renderWait({ until, timeoutMs, evidence }: WaitChange): Script {
  return sh`cvh_asked() { ${until}
}
cvh_wait ${Math.ceil(timeoutMs / 1000)} cvh_asked || { code=$?; ${evidence ?? rawSh(':')}
exit "$code"; }`
}

/** A job's text is a file on the host while it runs, so it may hold no secret. */
function asJob(job: string, script: Script): Script {
  if (script.parts.some((part) => part instanceof Secret))
    throw new Error(`the job ${job} must hold no secret`)
  return sh`printf '%s\n' ${script.reveal()} | cvh_job ${job}`
}
