import type { Step } from '../engine/step.ts'
import { oldRelay } from '../facts/old-relay.ts'
import { rawSh } from '../sh.ts'
import { template } from '../templates.ts'
import { resetHosts } from './reset-places.ts'

/** Ends what a run that was killed left for files from host to host; see templates/remote/relay.sh. */
export const endOldRelay: Step = {
  id: 'old-relay',
  title: 'End the relay of an earlier run',
  hosts: resetHosts,
  facts: () => [oldRelay],
  plan: ({ facts }) =>
    facts.get(oldRelay)
      ? [
          {
            kind: 'run',
            sign: '-',
            title: 'the key and the sshd with which an earlier run sent files from host to host',
            timeoutMs: 30_000,
            script: rawSh(`${template('remote/relay.sh')}\ncvh_close_door`),
          },
        ]
      : [],
}
