import { allowed } from './attempts.ts'
import { onlyAsks } from './auth-handler.ts'
import type { Target } from './target.ts'
import type { Tried } from './tried.ts'

/** The hint for a login refused because a question got no answer. Undefined when that was not the reason. */
export function answerHint({ target, tried }: { target: Target; tried: Tried }): string | undefined {
  const { question, replied, methods, taken } = tried
  if (replied) return question === undefined ? 'the answer was not taken; run it again' : undefined
  const asked = methods.includes('keyboard-interactive')
  const unasked = !asked && onlyAsks(taken, tried) && allowed(target.methods, 'keyboard-interactive')
  return question !== undefined || unasked
    ? 'run it on a terminal, and answer its question there; where it asks for the password, -k or ansible_ssh_pass gives it'
    : undefined
}
