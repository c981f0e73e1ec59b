import { quote } from '../sh.ts'
import { systemReason } from '../system-error.ts'
import type { Files } from './files.ts'
import { problem } from './problems.ts'

/** Wraps `files` so that system errors become INVENTORY_UNREADABLE. Failures of scripts are passed on unchanged. */
export function guardFiles(files: Files): Files {
  const guard =
    <T>(read: (path: string) => T) =>
    (path: string): T => {
      try {
        return read(path)
      } catch (cause) {
        throw problem('INVENTORY_UNREADABLE', `it cannot be read: ${systemReason(cause)}`, {
          origin: { file: path },
          hint: `look who may read it: ls -ld ${quote(path)}`,
          cause,
        })
      }
    }
  const { run } = files
  return {
    executable: (path) => files.executable(path),
    ...(run !== undefined && { run: (path: string) => run.call(files, path) }),
    read: guard((path) => files.read(path)),
    list: guard((path) => files.list(path)),
    kind: guard((path) => files.kind(path)),
  }
}
