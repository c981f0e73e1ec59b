import type { Step } from '../../../src/engine/step.ts'
import type { Fact, FactFamily } from '../../../src/facts/fact.ts'
import { sh } from '../../../src/sh.ts'
import type { OneHost } from './one-host.ts'

/** How many lines the job prints: `tick 0` and so on, over about 1.5 s. */
export const TICKS = 20

/** Whether a file exists. */
const family: FactFamily<boolean> = {
  id: 'done',
  script: (paths) => sh`for path in ${[...paths]}; do [ ! -e "$path" ] || echo "$path"; done`,
  parse: (output, paths) => new Map(paths.map((path) => [path, output.split('\n').includes(path)] as const)),
}

/**
 * A step with one durable job, which goes on without its connection and records each time it begins and is done. With
 * `waits`, it waits for a file `go`, or fails once the test has removed the folder.
 */
export function onceStep({ place }: Pick<OneHost, 'place'>, waits = false): Step {
  const done: Fact<boolean> = { family, key: `${place}/done` }
  return {
    id: 'once',
    title: 'Do it once',
    hosts: ({ cluster }) => cluster.hosts,
    facts: () => [done],
    plan: ({ facts }) =>
      facts.get(done)
        ? []
        : [
            {
              kind: 'run',
              sign: '!',
              title: 'do it',
              timeoutMs: 30_000,
              durable: true,
              script: sh`echo begun >>${place}/begun
tick=0
while [ "$tick" -lt ${TICKS} ]; do
  echo "tick $tick"
  tick=$((tick + 1))
  sleep 0.075
done
${
  waits
    ? sh`until [ -e ${place}/go ]; do
  [ -d ${place} ] || exit 1
  sleep 0.05; done`
    : sh`:`
}
echo done >>${place}/done`,
            },
          ],
  }
}
