import { template } from '../templates.ts'
import type { VerbResult } from './verb.ts'

/** `completion`: prints the script that a shell needs to complete command lines of convecthub. */
export async function completionVerb(shell: 'bash' | 'zsh' | 'fish'): VerbResult {
  process.stdout.write(template(`completion/convecthub.${shell}`))
  return 'ok'
}
