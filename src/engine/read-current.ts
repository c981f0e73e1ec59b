import { sh } from '../sh.ts'
import type { Connection } from '../transport/connection.ts'

/** A file of ours is a hundredth of it, bytes. */
const MOST = 1024 * 1024

/** The text of files on a host, for showing a difference. */
export async function readCurrent(
  connection: Connection,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    const script = sh`head -c ${MOST} ${path}; printf x`
    const result = await connection.run(script, { name: `read ${path}`, timeoutMs: 30_000 })
    // the x keeps the last newlines
    texts.set(path, result.output.slice(0, -1))
  }
  return texts
}
