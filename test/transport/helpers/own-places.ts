import { RUN, SESSION_PLACES, STATE } from '../../../src/layout.ts'
import { Shared } from '../../../src/transport/shared.ts'

/** Makes sessions use `folder` instead of /run and /var/lib of this machine. */
export function sharedIn(folder: string, programs = SESSION_PLACES.programs): Shared {
  return new Shared(undefined, undefined, { state: `${folder}/state`, run: `${folder}/run`, programs })
}

/** Rewrites a shell script in the same way. */
export function moved(text: string, folder: string): string {
  return text.replaceAll(STATE, `${folder}/state`).replaceAll(RUN, `${folder}/run`)
}
