import { LOCK, RELAY_FOLDERS } from '../layout.ts'
import { sh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** Whether an earlier run left its key or its sshd for files from host to host. Those of a run at work do not count. */
export const oldRelay = singleFact<boolean>(
  'old-relay',
  sh`for left in ${RELAY_FOLDERS}; do
  [ -e "$left" ] || continue
  read -r holder _ <${LOCK} && [ -d "/proc/$holder" ] || echo left
done`,
  (output) => output.includes('left'),
)
