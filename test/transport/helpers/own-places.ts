import { RUN, SESSION_PLACES, STATE } from '../../../src/layout.ts'
import { Shared } from '../../../src/transport/shared.ts'

/** For sessions that keep in `folder` what convecthub would keep in /run and /var/lib of this machine. */
export function sharedIn(folder: string, programs = SESSION_PLACES.programs): Shared {
  return new Shared(undefined, undefined, { state: `${folder}/state`, run: `${folder}/run`, programs })
}

/** Shell text that does so, too. */
export function moved(text: string, folder: string): string {
  return text.replaceAll(STATE, `${folder}/state`).replaceAll(RUN, `${folder}/run`)
}
