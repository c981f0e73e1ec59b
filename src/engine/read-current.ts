import { sh } from '../sh.ts'
import type { Connection } from '../transport/connection.ts'

/** Read no more than this, bytes; the files that convecthub writes are about a hundred times smaller. */
const MOST = 1024 * 1024

/** The current text of files on a host, for --diff. */
export async function readCurrent(
  connection: Connection,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    const script = sh`head -c ${MOST} ${path}; printf x`
    const result = await connection.run(script, { name: `read ${path}`, timeoutMs: 30_000 })
    // the x keeps trailing newlines from being trimmed
    texts.set(path, result.output.slice(0, -1))
  }
  return texts
}
