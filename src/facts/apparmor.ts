import { rawSh } from '../sh.ts'
import type { Fact, FactFamily } from './fact.ts'

const family: FactFamily<boolean> = {
  id: 'apparmor',
  script: () =>
    rawSh(`read -r enabled </sys/module/apparmor/parameters/enabled && printf 'enabled=%s\\n' "$enabled"`),
  parse: (output) => new Map([['', /^enabled=Y$/m.test(output)]]),
}

/** Whether the kernel enforces AppArmor's profiles. */
export const appArmor: Fact<boolean> = { family, key: '' }
