import type { Step } from '../engine/step.ts'
import { drain, leave, noRestart } from '../steps/leave.ts'
import { endOldRelay } from '../steps/old-relay.ts'
import { stopRegistry } from '../steps/registry.ts'
import { removeFiles } from '../steps/remove-files.ts'
import { removePackages, stopK3s } from '../steps/reset.ts'

/** What `reset` does, in this order on each host; the reverse of provision. */
export const reset: readonly Step[] = [
  drain,
  noRestart,
  leave,
  stopK3s,
  stopRegistry,
  removePackages,
  endOldRelay,
  removeFiles,
]
