import { OWNED } from '../layout.ts'
import { sh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** What convecthub put on a host, according to its record there. */
export interface Owned {
  files: readonly string[]
  /** Folders that convecthub created, parents first. */
  folders: readonly string[]
  packages: readonly string[]
  /** Work folders outside of STATE, see cvh_work in templates/remote/library.sh. */
  works: readonly string[]
  /** Folders with users' data that a reset kept. */
  data: readonly string[]
}

export const owned = singleFact<Owned>('owned', sh`head -n 10000 ${OWNED}`, (output) => {
  const of = (kind: string) => [
    ...new Set(
      output
        .split('\n')
        .flatMap((line) => (line.startsWith(`${kind} `) ? [line.slice(kind.length + 1)] : [])),
    ),
  ]
  return {
    files: of('file'),
    folders: of('folder'),
    packages: of('package'),
    works: of('work'),
    data: of('data'),
  }
})
