import { ConvecthubError } from '../errors.ts'
import { type Fact, type Facts, makeProbe, type Probe } from '../facts/fact.ts'
import type { Connection } from '../transport/connection.ts'

/** Deadline of a probe, ms. */
const PROBE_MS = 60_000

/** Probes all facts of a host in one exec. Error: PROBE when the output is incomplete or cannot be parsed. */
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

/** Parses a probe's output. Error: PROBE, so that an unreadable answer fails one host and not the whole run. */
export function readProbe(host: string, questions: Probe, output: string, at = Date.now()): Facts {
  try {
    return questions.read(output, at)
  } catch (cause) {
    throw new ConvecthubError('PROBE', `the host's answers cannot be read: ${(cause as Error).message}`, {
      host,
      cause,
      evidence: output.slice(-400),
      hint: 'a login script or a bad disk may garble them: log in with ssh and try `sudo sh -c id`, which must print one line',
    })
  }
}
