import { sh } from '../sh.ts'
import type { Connection } from '../transport/connection.ts'

/** The text of files on a host, for showing a difference. */
export async function readCurrent(
  connection: Connection,
  paths: readonly string[],
): Promise<Map<string, string>> {
  const texts = new Map<string, string>()
  for (const path of paths) {
    const result = await connection.run(sh`cat ${path}`, { name: `read ${path}`, timeoutMs: 30_000 })
    texts.set(path, result.output)
  }
  return texts
}
