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
 * Files that follow each other get into their places together, when the last is written or one of them fails.
 */
export function renderChanges(changes: readonly (readonly [number, Rendered])[], job: string): Script {
  const isFile = (at: number) => changes[at]?.[1].kind === 'file'
  const parts = changes.flatMap(([index, change], at) => {
    const mark = sh`printf '\n%s\n' ${changeMark(index)}`
    if (change.kind !== 'file') return [mark, sh`( set -e\n${renderChange(change, job)}\n)`, MUST]
    const first = isFile(at - 1) ? [] : [rawSh('set --')]
    const last = isFile(at + 1) ? [] : [SETTLE, MUST]
    return [mark, ...first, renderFile(change), ...last]
  })
  const load = changes.some((_, at) => isFile(at)) ? [rawSh('cvh_load')] : []
  return withLibrary(joinSh([...load, ...parts]))
}

const MUST = rawSh(`code=$?
[ "$code" = 0 ] || exit "$code"`)

/** Those that are written, which are the positional parameters. */
const SETTLE = rawSh('cvh_settle "$@"')

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
  const record = ours ? sh`cvh_record file ${path} &&\n` : rawSh('')
  return sh`${record}cvh_stage ${path} ${mode} ${content}
code=$?
[ "$code" = 0 ] || { ${SETTLE}; exit "$code"; }
set -- "$@" ${path}`
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
