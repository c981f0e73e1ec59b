import type { Step } from '../engine/step.ts'
import { removeFiles, removePackages, stopK3s } from '../steps/reset.ts'

/** What `reset` does on each host; the mirror of provision. */
export const reset: readonly Step[] = [stopK3s, removePackages, removeFiles]
