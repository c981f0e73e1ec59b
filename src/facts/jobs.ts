import { RUN } from '../layout.ts'
import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** A job that an earlier run left running, because the run lost its connection or was stopped. */
export interface Job {
  /** The id of the step that started it. */
  name: string
  /** How long it has been running, ms; 0 if it is about to start. */
  ms: number
  /** sha256 of its script, in hex. */
  digest: string
}

/** How many jobs to report at most; convecthub itself leaves only one. */
const MOST = 3

const SCRIPT = `
for job in ${RUN}/*.sh; do
  job=\${job%.sh}
  if [ ! -e "$job.sh" ] || [ -e "$job.code" ]; then continue; fi
  # one that has no pid yet is about to begin
  [ ! -e "$job.pid" ] || { read -r pid <"$job.pid" && [ -O "/proc/$pid" ] && grep -q "$job" "/proc/$pid/cmdline"; } || continue
  now=$(date +%s)
  began=$(stat -c %Y "$job.pid") || began=$now
  printf 'job %s %s %s\\n' $((now - began)) "$(sha256sum <"$job.sh" | cut -c 1-64)" "\${job##*/}"
done`

/** Jobs of an earlier run that are still running. */
export const jobs = singleFact<readonly Job[]>('jobs', rawSh(SCRIPT), (output) =>
  [...output.matchAll(/^job (-?\d{1,12}) ([0-9a-f]{64}) ([a-z0-9-]{1,40})$/gm)]
    .slice(0, MOST)
    .map(([, seconds = '', digest = '', name = '']) => ({
      name,
      ms: Math.max(0, Number(seconds)) * 1000,
      digest,
    })),
)
