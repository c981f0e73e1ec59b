import type { Fact, FactFamily } from '../facts/fact.ts'
import { rawSh, sh } from '../sh.ts'
import type { Connection } from '../transport/connection.ts'
import type { Emit } from './event.ts'
import { PACKAGES_MS } from './render.ts'
import { withLibrary } from './with-library.ts'

/** Jobs that are waited for: an engine of ours leaves one. */
const MOST = 3

const SCRIPT = `
for job in /run/convecthub/*.sh; do
  job=\${job%.sh}
  [ -e "$job.sh" ] && [ ! -e "$job.code" ] || continue
  # one that has no pid yet is about to begin
  [ ! -e "$job.pid" ] || { read -r pid <"$job.pid" && [ -O "/proc/$pid" ] && grep -q "$job" "/proc/$pid/cmdline"; } || continue
  printf '%s\n' "\${job##*/}"
done`

const family: FactFamily<readonly string[]> = {
  id: 'jobs',
  script: () => rawSh(SCRIPT),
  parse: (output) =>
    new Map([
      [
        '',
        output
          .split('\n')
          .filter((name) => /^[a-z0-9-]{1,40}$/.test(name))
          .slice(0, MOST),
      ],
    ]),
}

/** Jobs of an earlier run that still go on, because its connection was cut. */
export const jobs: Fact<readonly string[]> = { family, key: '' }

/** Waits for such jobs, showing what they print; true when there was one. How they ended shows in the next probe. */
export async function awaitJobs(
  connection: Connection,
  names: readonly string[],
  emit: Emit,
  signal: AbortSignal,
): Promise<boolean> {
  for (const name of names) {
    const onLine = (line: string) => line && emit({ event: 'line', host: connection.host, step: name, line })
    const script = withLibrary(sh`cvh_follow ${name}`)
    await connection.run(script, {
      name: `wait for the ${name} job of an earlier run`,
      timeoutMs: PACKAGES_MS,
      onLine,
      signal,
    })
  }
  return names.length > 0
}
