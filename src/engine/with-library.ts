import { joinSh, rawSh, type Script } from '../sh.ts'
import { template } from '../templates.ts'

/** Puts the functions of templates/remote/library.sh in front of a script. */
export function withLibrary(script: Script): Script {
  return joinSh([rawSh(template('remote/library.sh')), script])
}
