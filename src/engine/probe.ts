import { ConvecthubError } from '../errors.ts'
import { type Fact, type Facts, makeProbe, type Probe } from '../facts/fact.ts'
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
  const questions = makeProbe(facts)
  const result = await connection.run(questions.script, options)
  return readProbe(connection.host, questions, result.output, Date.now() - result.ms / 2)
}

/** Reads a probe's output; a host whose answer cannot be read is a failed host, not a crash. */
export function readProbe(host: string, questions: Probe, output: string, at = Date.now()): Facts {
  try {
    return questions.read(output, at)
  } catch (cause) {
    throw new ConvecthubError('PROBE', `the host's answers cannot be read: ${(cause as Error).message}`, {
      host,
      cause,
      evidence: output.slice(-400),
    })
  }
}
