import { ConvecthubError } from '../errors.ts'
import { type Fact, type Facts, parseProbe, probeScript } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'

/** How long answering all facts may take, ms. */
const PROBE_MS = 60_000

/** Asks a host all facts in one exec. Error: PROBE when the script itself fails. */
export async function probe(
  connection: Connection,
  facts: readonly Fact<unknown>[],
  signal?: AbortSignal,
): Promise<Facts> {
  const options = { name: 'probe', timeoutMs: PROBE_MS, ...(signal && { signal }) }
  const result = await connection.run(probeScript(facts), options)
  return readProbe(connection.host, facts, result.output)
}

/** Reads a probe's output; a host whose answer cannot be read is a failed host, not a crash. */
export function readProbe(host: string, facts: readonly Fact<unknown>[], output: string): Facts {
  try {
    return parseProbe(facts, output)
  } catch (cause) {
    throw new ConvecthubError(
      'PROBE',
      'failed',
      `the host's answers cannot be read: ${(cause as Error).message}`,
      {
        host,
        cause,
        evidence: output.slice(-400),
      },
    )
  }
}
