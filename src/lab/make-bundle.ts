import type { Emit } from './lab-event.ts'

/** The version that the stand-in K3s shows when none is asked for. */
export const DEFAULT_K3S_VERSION = 'v1.34.1+k3s1'

/** TEMPORARY */
export async function makeBundle(folder: string, k3sVersion: string | undefined, emit: Emit): Promise<void> {
  emit({ task: 'bundle', text: `${folder} ${k3sVersion ?? DEFAULT_K3S_VERSION}` })
}
