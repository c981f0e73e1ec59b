import { rawSh } from '../sh.ts'
import { singleFact } from './fact.ts'

/** Whether the kernel enforces AppArmor's profiles. */
export const appArmor = singleFact<boolean>(
  'apparmor',
  rawSh(`read -r enabled </sys/module/apparmor/parameters/enabled && printf 'enabled=%s\\n' "$enabled"`),
  (output) => /^enabled=Y$/m.test(output),
)
