import { Secret } from '../secret.ts'
import { joinSh, rawSh, type Script, sh } from '../sh.ts'
import { template } from '../templates.ts'
import type { Change, FileChange, PackagesChange, RunChange, UploadChange, WaitChange } from './change.ts'
import { withLibrary } from './with-library.ts'

/** After this line comes the output of the probe that follows the changes, which all went well then. */
export const PROBE_MARK = '::probe'

/** How long installing packages may take, ms. */
export const PACKAGES_MS = 30 * 60_000

type Rendered = Exclude<Change, UploadChange>

/** The line by which a script tells that this change begins, and so that those before it went well. */
export function changeMark(index: number): string {
  return `::change ${index}`
}

/**
 * Changes as one script, each telling when it begins; the first failure ends it. All but files run in a subshell of
 * their own: a file is written by functions that leave nothing behind, and forking the shell costs more than the rest.
 */
export function renderChanges(changes: readonly (readonly [number, Rendered])[], job: string): Script {
  const parts = changes.map(
    ([index, change]) => sh`printf '\n%s\n' ${changeMark(index)}
${change.kind === 'file' ? renderFile(change) : sh`( set -e\n${renderChange(change, job)}\n)`}
code=$?
[ "$code" = 0 ] || exit "$code"`,
  )
  const load = changes.some(([, { kind }]) => kind === 'file') ? [rawSh('cvh_load')] : []
  return withLibrary(joinSh([...load, ...parts]))
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

function renderChange(change: Exclude<Rendered, FileChange>, job: string): Script {
  switch (change.kind) {
    case 'packages':
      return renderPackages(change, job)
    case 'run':
      return renderRun(change, job)
    case 'wait':
      return renderWait(change)
  }
}

function renderFile({ path, content, mode, ours }: FileChange): Script {
  const record = ours ? sh`cvh_record file ${path} || exit\n` : rawSh('')
  return sh`${record}cvh_write ${path} ${mode} ${content}`
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
